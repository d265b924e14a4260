/// Blocks of a capture file (draft-ietf-opsawg-pcapng), little-endian, written as they come.
///
///     ┌──────────┬──────────────┬───────────────────────┬──────────────┐
///     │ u32 type │ u32 length L │ body, padded to four  │ u32 length L │
///     └──────────┴──────────────┴───────────────────────┴──────────────┘
///
/// An option is u16 code, u16 length, value padded to four; a list of them ends with four zero bytes.
struct PcapngWriter {
    private(set) var bytes: [UInt8] = []

    /// Raw IP, version 4 or 6 by its first half-byte (LINKTYPE_RAW).
    private static let rawIP: UInt16 = 101

    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Section header block: begins a file.
    mutating func section(by application: String) {
        block(0x0A0D_0D0A) { body in
            body.append(little: UInt32(0x1A2B_3C4D))
            body.append(little: UInt16(1))
            body.append(little: UInt16(0))
            body.append(little: Int64(-1))
            body.option(4, Array(application.utf8))
            body.endOptions()
        }
    }

    /// Interface description block. They are numbered in their order, from 0; times are nanoseconds.
    mutating func interface(_ name: String, _ description: String) {
        block(1) { body in
            body.append(little: Self.rawIP)
            body.append(little: UInt16(0))
            body.append(little: UInt32(0))
            body.option(2, Array(name.utf8))
            body.option(3, Array(description.utf8))
            body.option(9, [9])
            body.endOptions()
        }
    }

    /// Enhanced packet block.
    /// - Parameters:
    ///   - time: Nanoseconds since 1970.
    ///   - length: What it was; `data` may be less of it.
    mutating func packet(on interface: UInt32, at time: Int64, _ data: [UInt8], length: Int, comment: String?) {
        block(6) { body in
            let time = UInt64(bitPattern: time)
            body.append(little: interface)
            body.append(little: UInt32(truncatingIfNeeded: time >> 32))
            body.append(little: UInt32(truncatingIfNeeded: time))
            body.append(little: UInt32(data.count))
            body.append(little: UInt32(length))
            body.append(contentsOf: data)
            body.pad()
            guard let comment else { return }
            body.option(1, Array(comment.utf8))
            body.endOptions()
        }
    }

    private mutating func block(_ type: UInt32, _ write: (inout [UInt8]) -> Void) {
        var body: [UInt8] = []
        write(&body)
        let length = UInt32(body.count + 12)
        bytes.append(little: type)
        bytes.append(little: length)
        bytes.append(contentsOf: body)
        bytes.append(little: length)
    }
}

extension [UInt8] {
    mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(big value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func pad() { append(contentsOf: repeatElement(0, count: -count & 3)) }

    fileprivate mutating func option(_ code: UInt16, _ value: [UInt8]) {
        append(little: code)
        append(little: UInt16(clamping: value.count))
        append(contentsOf: value.prefix(Int(UInt16.max)))
        pad()
    }

    fileprivate mutating func endOptions() { append(little: UInt32(0)) }
}
