import HomeportCore
import HomeportHTTP

/// The phases of an exchange as an archive has them: one behind the other, so that their sum is what it took. Nanoseconds, in whole
/// microseconds, so that the sum is right to the last digit.
struct HARTimings: Equatable {
    var blocked: Int64?
    var connect: Int64?
    var send: Int64 = 0
    var wait: Int64 = 0
    var receive: Int64 = 0

    init(_ times: TapTimes) {
        var now: Int64 = 0
        func upTo(_ time: Int64?) -> Int64 {
            guard let time = time.map({ $0 / 1000 * 1000 }), time > now else { return 0 }
            defer { now = time }
            return time - now
        }
        if times.dialled != nil {
            blocked = upTo(times.dialled)
            if times.connected != nil { connect = upTo(times.connected) }
        }
        send = upTo(times.asked)
        wait = upTo(times.headed ?? times.answered ?? times.ended)
        receive = upTo(times.ended)
    }

    var sum: Int64 { (blocked ?? 0) + (connect ?? 0) + send + wait + receive }
}

/// `Set-Cookie: id=7; Path=/; HttpOnly` (RFC 6265, section 4.1).
struct HARCookie {
    private var name: Substring
    private var value: Substring
    private var path, domain: Substring?
    private var expires: String?
    private var isHTTPOnly = false
    private var isSecure = false

    init(_ text: String) {
        func pair(_ part: Substring) -> (Substring, Substring) {
            let parts = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].trimmed, parts.count > 1 ? parts[1].trimmed : "")
        }
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        (name, value) = pair(parts.first ?? "")
        for part in parts.dropFirst() {
            let (key, value) = pair(part)
            switch key.lowercased() {
            case "path": path = value
            case "domain": domain = value
            case "expires": expires = HTTPDate.parse(String(value), now: 0).map { UTCTime($0).rfc3339 }
            case "httponly": isHTTPOnly = true
            case "secure": isSecure = true
            default: break
            }
        }
    }

    func write(to writer: inout JSONBytes) {
        writer.raw(#"{"name":"#)
        writer.string(name)
        writer.member("value")
        writer.string(value)
        for (key, text) in [("path", path), ("domain", domain), ("expires", expires.map { $0[...] })]
            as [(StaticString, Substring?)]
        {
            guard let text else { continue }
            writer.member(key)
            writer.string(text)
        }
        writer.member("httpOnly")
        writer.raw(isHTTPOnly ? "true" : "false")
        writer.member("secure")
        writer.raw(isSecure ? "true" : "false")
        writer.raw("}")
    }
}
