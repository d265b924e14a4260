import HomeportHTTP

/// The fields that every answer of a folder has, whatever it answers.
struct FieldPolicy: Sendable {
    /// Cache-Control. `no-cache` unless told: without it, browsers guess a lifetime from Last-Modified, and an edit does
    /// not show (RFC 9111, section 4.2.2).
    var cache: String
    /// Access-Control-Allow-Origin: `*`, or one origin; nil without CORS.
    var allowedOrigin: String?
    var extra: [(name: String, value: String)]
    /// Whether Accept-Encoding can change the answer.
    var variesByCoding = true

    func add(to head: inout ResponseHead, cache override: String? = nil) {
        head.addIfClean("Cache-Control", override ?? cache)
        if variesByCoding { head.add("Vary", "Accept-Encoding") }
        head.add("X-Content-Type-Options", "nosniff")
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
