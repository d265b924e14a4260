/// `host` or `host:port`, as Host and targets carry it (RFC 3986, section 3.2, without user information).
package enum Authority {
    /// The host's part of an authority that ``isValid(_:portRequired:)`` accepted, brackets included.
    package static func host(of authority: Span<UInt8>) -> Range<Int> {
        if !authority.isEmpty, authority[0] == ASCII.leftBracket {
            return 0..<(authority.firstIndex(of: ASCII.rightBracket).map { $0 + 1 } ?? authority.count)
        }
        return 0..<(authority.firstIndex(of: ASCII.colon) ?? authority.count)
    }

    /// A registered name, an IPv4 address or an IPv6 address in brackets, and perhaps a port. An empty one is valid:
    /// a client sends an empty Host where its target has no authority (RFC 9112, section 3.2).
    static func isValid(_ authority: Span<UInt8>, portRequired: Bool = false) -> Bool {
        let host = host(of: authority)
        let port = authority.extracting(host.upperBound...)
        guard port.isEmpty ? !portRequired : port[0] == ASCII.colon && isPort(port.extracting(1...), portRequired)
        else {
            return false
        }
        if host.isEmpty { return authority.isEmpty }
        if authority[0] == ASCII.leftBracket {
            guard host.count > 3, authority[host.upperBound - 1] == ASCII.rightBracket else { return false }
            for index in 1..<(host.upperBound - 1) {
                let byte = authority[index]
                guard ASCII.hex(byte) != nil || byte == ASCII.colon || byte == ASCII.dot else { return false }
            }
            return true
        }
        for index in host where !isNameByte(authority[index]) { return false }
        return true
    }

    private static func isPort(_ digits: Span<UInt8>, _ required: Bool) -> Bool {
        // RFC 3986 lets a port be empty ("host:"); a number beyond 65535 is no port anywhere.
        if digits.isEmpty { return !required }
        guard digits.count <= 5, let number = digits.decimal else { return false }
        return number <= 65535
    }

    /// unreserved, sub-delims and %: reg-name of RFC 3986, section 3.2.2.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E: return true  // - . _ ~
        case 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3B, 0x3D, 0x25: return true  // ! $ & ' ( ) * + , ; = %
        default: return false
        }
    }
}
