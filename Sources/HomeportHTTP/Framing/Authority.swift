/// `host` or `host:port`, as Host and targets carry it (RFC 3986, section 3.2, without user information).
package enum Authority {
    /// The host's part of an authority that ``isValid(_:portRequired:)`` accepted, brackets included.
    package static func host(of authority: Span<UInt8>) -> Range<Int> {
        if !authority.isEmpty, authority[0] == ASCII.leftBracket {
            return 0..<(authority.firstIndex(of: ASCII.rightBracket).map { $0 + 1 } ?? authority.count)
        }
        return 0..<(authority.firstIndex(of: ASCII.colon) ?? authority.count)
    }

    /// The same without the dot of a name that is written out in full: `api.localhost.` is `api.localhost`.
    package static func name(of authority: Span<UInt8>) -> Range<Int> {
        let host = host(of: authority)
        return !host.isEmpty && authority[host.upperBound - 1] == ASCII.dot ? host.dropLast() : host
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
            guard host.count > 2, authority[host.upperBound - 1] == ASCII.rightBracket else { return false }
            return isIPv6(authority.extracting(1..<host.upperBound - 1))
        }
        return isName(authority.extracting(host))
    }

    private static func isPort(_ digits: Span<UInt8>, _ required: Bool) -> Bool {
        // RFC 3986 lets a port be empty ("host:"); a number beyond 65535 is no port anywhere.
        if digits.isEmpty { return !required }
        guard digits.count <= 5, let number = digits.decimal else { return false }
        return number <= 65535
    }

    /// reg-name (RFC 3986, section 3.2.2), of which an IPv4 address is one.
    private static func isName(_ name: Span<UInt8>) -> Bool {
        var index = 0
        while index < name.count {
            if name[index] == ASCII.percent {
                guard index + 2 < name.count, ASCII.hex(name[index + 1]) != nil, ASCII.hex(name[index + 2]) != nil
                else {
                    return false
                }
                index += 2
            } else if !isNameByte(name[index]) {
                return false
            }
            index += 1
        }
        return true
    }

    /// unreserved and sub-delims.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E: return true  // - . _ ~
        case 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3B, 0x3D: return true  // ! $ & ' ( ) * + , ; =
        default: return false
        }
    }

    /// Groups of one to four hexadecimal digits, eight or fewer with one `::` for the rest, the last two perhaps written
    /// as an IPv4 address (RFC 3986, section 3.2.2). Zones and later versions are for nobody who speaks HTTP.
    private static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var (groups, index, isShortened) = (0, 0, false)
        if text.count >= 2, text[0] == ASCII.colon, text[1] == ASCII.colon { (index, isShortened) = (2, true) }
        while index < text.count {
            let start = index
            while index < text.count, ASCII.hex(text[index]) != nil { index += 1 }
            if index < text.count, text[index] == ASCII.dot {
                guard isIPv4(text.extracting(start...)) else { return false }
                groups += 2
                break
            }
            guard 1...4 ~= index - start else { return false }
            groups += 1
            if index == text.count { break }
            guard text[index] == ASCII.colon, index + 1 < text.count else { return false }
            index += 1
            if text[index] == ASCII.colon {
                guard !isShortened else { return false }
                isShortened = true
                index += 1
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    private static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var (numbers, start) = (0, 0)
        while numbers < 4 {
            let end = text.firstIndex(of: ASCII.dot, from: start) ?? text.count
            let number = text.extracting(start..<end)
            guard number.count <= 3, let value = number.decimal, value <= 255,
                number.count == 1 || number[0] != ASCII.zero
            else { return false }
            numbers += 1
            start = end + 1
            if end == text.count { break }
        }
        return numbers == 4 && start > text.count
    }
}
