import HomeportHTTP

/// The fields that every answer of a folder has, whatever it answers.
struct FieldPolicy: Sendable {
    /// Cache-Control. `no-cache` unless told: without it, browsers guess a lifetime from Last-Modified, and an edit does
    /// not show (RFC 9111, section 4.2.2).
    var cache: String
    /// The request's fields that can change the answer; nil where none can.
    var vary: String? = "Accept-Encoding"
    /// Access-Control-Allow-Origin: `*`, or one origin; nil without CORS.
    private(set) var allowedOrigin: String?
    private let extra: [(name: String, value: String)]
    private let forbidsSniffing: Bool

    /// - Parameter extra: Fields that people chose. One that we would send too takes the place of ours.
    init(cache: String, allowedOrigin: String?, extra: [(name: String, value: String)]) {
        self.cache = cache
        self.extra = extra
        let names = Set(extra.map { $0.name.lowercased() })
        self.allowedOrigin = names.contains("access-control-allow-origin") ? nil : allowedOrigin
        forbidsSniffing = !names.contains("x-content-type-options")
    }

    func add(to head: inout ResponseHead) {
        head.addIfClean("Cache-Control", cache)
        if let vary { head.add("Vary", vary) }
        if forbidsSniffing { head.add("X-Content-Type-Options", "nosniff") }
        addCustom(to: &head)
    }

    func addCustom(to head: inout ResponseHead) {
        if let allowedOrigin {
            head.addIfClean("Access-Control-Allow-Origin", allowedOrigin)
            head.add("Access-Control-Expose-Headers", "ETag, Content-Range, Accept-Ranges, Content-Encoding")
        }
        for (name, value) in extra { head.addIfClean(name, value) }
    }
}
