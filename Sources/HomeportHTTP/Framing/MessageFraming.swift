/// How a head tells the length of its message's body, of requests and answers alike (RFC 9112, section 6).
enum MessageFraming {
    case chunked
    case length(Int64)
    case unsaid

    static func read(_ fields: FieldTable, minorVersion: UInt8) -> Result<MessageFraming, Refusal> {
        guard fields.hasAny(of: [.transferEncoding, .contentLength]) else { return .success(.unsaid) }
        var codings = 0
        var isChunked = false
        var length: Int64?
        for field in fields.lines {
            switch field.name {
            case .transferEncoding:
                var refusal: Refusal?
                fields.with(field.valueRange) { value in
                    value.forEachElement { coding in
                        codings += 1
                        if coding.equalsIgnoringCase("chunked") {
                            if isChunked { refusal = .malformed("framing.coding", "chunked is named twice") }
                            isChunked = true
                        } else {
                            refusal =
                                isChunked
                                ? .malformed("framing.coding", "chunked is not the last transfer coding")
                                : Refusal(501, "framing.coding", "a transfer coding other than chunked")
                        }
                    }
                }
                if let refusal { return .failure(refusal) }
                codings += 1
            case .contentLength:
                guard let value = fields.with(field.valueRange, { $0.decimal }) else {
                    return .failure(.malformed("framing.length", "Content-Length is not a number"))
                }
                guard length == nil || length == value else {
                    return .failure(.malformed("framing.length", "two Content-Lengths that differ"))
                }
                length = value
            default: continue
            }
        }
        guard codings > 0 else { return .success(length.map { .length($0) } ?? .unsaid) }
        guard minorVersion == 1 else { return .failure(.malformed("framing.coding", "Transfer-Encoding in HTTP/1.0")) }
        guard length == nil else {
            return .failure(.malformed("framing.length", "Transfer-Encoding beside Content-Length"))
        }
        guard isChunked else { return .failure(.malformed("framing.coding", "Transfer-Encoding names nothing")) }
        return .success(.chunked)
    }
}
