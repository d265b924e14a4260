/// JSON that is written straight into bytes: a hundred thousand exchanges are more than an encoder of values does in reasonable time.
struct JSONBytes {
    private(set) var bytes: [UInt8] = []

    /// What has been written, for the one who passes it on.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Structure, as it stands there.
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func number(_ value: some BinaryInteger) { bytes.append(contentsOf: String(value).utf8) }

    /// Nanoseconds as milliseconds.
    mutating func milliseconds(_ nanoseconds: Int64) {
        let micro = max(0, nanoseconds / 1000)
        number(micro / 1000)
        guard micro % 1000 != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: String(1000 + micro % 1000).utf8.dropFirst())
    }

    /// Nanoseconds as seconds, in whole microseconds.
    mutating func seconds(_ nanoseconds: Int64) {
        let micro = max(0, nanoseconds / 1000)
        number(micro / 1_000_000)
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: String(1_000_000 + micro % 1_000_000).utf8.dropFirst())
    }

    mutating func string(_ text: some StringProtocol) {
        var copy = String(text)
        copy.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// - Precondition: It is UTF-8.
    mutating func string(utf8 text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F else {
                continue
            }
            bytes.append(contentsOf: text[start..<index])
            start = index + 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\t"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            default: bytes.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8)
            }
        }
        bytes.append(contentsOf: text[start...])
        bytes.append(UInt8(ascii: "\""))
    }

    /// With its comma before it, unless it is the first of its object.
    mutating func member(_ name: StaticString, isFirst: Bool = false) {
        raw(isFirst ? "\"" : ",\"")
        raw(name)
        raw("\":")
    }

    mutating func base64(_ data: [UInt8]) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.reserveCapacity(bytes.count + data.count / 3 * 4 + 8)
        for start in stride(from: 0, to: data.count, by: 3) {
            let group = data[start..<min(start + 3, data.count)]
            var bits: UInt32 = 0
            for (index, byte) in group.enumerated() { bits |= UInt32(byte) << UInt32(16 - 8 * index) }
            for index in 0..<4 {
                let letter =
                    index <= group.count ? letters[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "=")
                bytes.append(letter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
