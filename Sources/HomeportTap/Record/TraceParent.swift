/// Which trace an exchange is part of (W3C Trace Context, section 3.2): `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
package struct TraceParent: Sendable, Equatable {
    /// 32 hexadecimal digits.
    package let trace: String
    /// 16: who called.
    package let parent: String

    /// Nil for one that is to be ignored.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let digits = { (range: Range<Int>) in
            bytes[range].allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 }
        }
        let isEmpty = { (range: Range<Int>) in bytes[range].allSatisfy { $0 == UInt8(ascii: "0") } }
        guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }), digits(0..<2),
            digits(3..<35),
            digits(36..<52), digits(53..<55), !isEmpty(3..<35), !isEmpty(36..<52)
        else { return nil }
        let version = String(decoding: bytes[..<2], as: UTF8.self)
        // A later version may say more; this one may not, and ff is none.
        guard version != "ff", bytes.count == 55 || version != "00" && bytes[55] == UInt8(ascii: "-") else {
            return nil
        }
        trace = String(decoding: bytes[3..<35], as: UTF8.self)
        parent = String(decoding: bytes[36..<52], as: UTF8.self)
    }
}

extension TapRow {
    /// Of the request; nil where it has none that counts, or more than one.
    package var traceParent: TraceParent? {
        let values = fields(.request).values(of: "traceparent")
        return values.count == 1 ? TraceParent(values[0]) : nil
    }
}
