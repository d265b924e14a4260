package import NIOCore

/// What a head says about the message around it: whose it is, how long its body is, and whether the connection goes on
/// (RFC 9112, sections 3.2, 6 and 9).
///
/// Where two readers could disagree about a body's length, the request is refused and the connection closed, never
/// repaired: that disagreement is request smuggling.
extension RequestHead {
    /// Settles ``authority``, ``body``, ``expectsContinue`` and ``keepsAlive``.
    /// - Parameter bytes: The whole head, as the parser saw it.
    package mutating func settleFraming(in bytes: ByteBuffer) -> Refusal? {
        fields.bytes = bytes
        return hostRefusal() ?? bodyRefusal() ?? connectionRefusal()
    }

    private mutating func hostRefusal() -> Refusal? {
        var lines = 0
        for field in fields.lines where field.name == .host {
            lines += 1
            guard lines == 1 else { return .malformed("framing.host", "more than one Host") }
            guard with(field.valueRange, { Authority.isValid($0) }) else {
                return .malformed("framing.host", "Host is not host or host:port")
            }
            // An absolute target's authority replaces Host (RFC 9112, section 3.2.2).
            if form == .origin || form == .asterisk { authority = field.valueRange }
        }
        if lines == 0, minorVersion == 1 { return .malformed("framing.host", "HTTP/1.1 needs a Host") }
        return nil
    }

    private mutating func bodyRefusal() -> Refusal? {
        switch MessageFraming.read(fields, minorVersion: minorVersion) {
        case .failure(let refusal): return refusal
        case .success(.chunked): body = .chunked
        case .success(.length(let length)): if length > 0 { body = .length(length) }
        case .success(.unsaid): break
        }
        // What follows CONNECT is a tunnel's to some and a body to others (RFC 9110, section 9.3.6).
        if method == .connect, body != .none { return .malformed("framing.connect", "CONNECT has no body") }
        return nil
    }

    private mutating func connectionRefusal() -> Refusal? {
        var (closes, keeps) = (false, false)
        fields.forEachElement(of: .connection) { option in
            if option.equalsIgnoringCase("close") { closes = true }
            if option.equalsIgnoringCase("keep-alive") { keeps = true }
        }
        keepsAlive = !closes && (minorVersion == 1 || keeps)
        // A client of HTTP/1.0 does not know 100 (RFC 9110, section 10.1.1).
        if minorVersion == 1 {
            var (known, unknown) = (false, false)
            fields.forEachElement(of: .expect) { expectation in
                if expectation.equalsIgnoringCase("100-continue") { known = true } else { unknown = true }
            }
            expectsContinue = known
            if unknown { return Refusal(417, "framing.expect", "an expectation other than 100-continue") }
        }
        return nil
    }
}
