import HomeportCore

/// What the API says went wrong.
struct ToxiproxyError: Error, Equatable {
    let text: String
    let status: Int

    init(_ text: String, _ status: Int) {
        self.text = text
        self.status = status
    }

    /// What Toxiproxy has no words for.
    static func badBody(_ error: HomeportError) -> ToxiproxyError {
        badBody(error.what + (error.fix.map { "; \($0)" } ?? ""))
    }
    static func badBody(_ why: String) -> ToxiproxyError { ToxiproxyError("bad request body: \(why)", 400) }
    static func missing(_ field: String) -> ToxiproxyError { ToxiproxyError("missing required field: \(field)", 400) }
    static let invalidStream = ToxiproxyError("stream was invalid, can be either upstream or downstream", 400)
    static let invalidType = ToxiproxyError("invalid toxic type", 400)
    static let noProxy = ToxiproxyError("proxy not found", 404)
    static let noToxic = ToxiproxyError("toxic not found", 404)
    static let proxyExists = ToxiproxyError("proxy already exists", 409)
    static let toxicExists = ToxiproxyError("toxic already exists", 409)

    /// The fields of the object it is told as.
    var fields: String { "\"error\":\(GoText.string(text)),\"status\":\(status)" }
}
