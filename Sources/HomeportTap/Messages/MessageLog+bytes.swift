/// The marks of a stream's messages as bytes of a row: u64 count, i64 where the first run ends, u32 marks of the first and of the last
/// run; and for each mark i64 offset, i64 nanoseconds.
extension MessageLog {
    static let fixed = 24
    static let markSize = 16

    /// Whether what a row has of messages is as long as it says, and counts what can be counted.
    static func isSound(_ row: UnsafeRawBufferPointer, at start: Int, _ length: Int) -> Bool {
        guard length > 0 else { return true }
        guard length >= fixed, start + length <= row.count else { return false }
        let count: UInt64 = row.number(at: start)
        let marks = Int(row.number(at: start + 16) as UInt32) + Int(row.number(at: start + 20) as UInt32)
        return count < UInt64(TapLayout.most) && length == fixed + marks * markSize
    }

    var size: Int { Self.fixed + (first.count + last.count) * Self.markSize }

    func write(to bytes: UnsafeMutableRawBufferPointer, at end: inout Int) {
        let last = last
        bytes.put(count, at: end)
        bytes.put(firstEnd, at: end + 8)
        bytes.put(UInt32(first.count), at: end + 16)
        bytes.put(UInt32(last.count), at: end + 20)
        end += Self.fixed
        for mark in first + last {
            bytes.put(mark.offset, at: end)
            bytes.put(mark.time, at: end + 8)
            end += Self.markSize
        }
    }
}

/// One message of a stream: its place among all, and in the stream.
package struct TapMessage: Sendable, Equatable {
    package var side: TapSide
    /// From 1, of its side.
    package var number: UInt64
    /// When its first byte came: nanoseconds since the exchange began.
    package var time: Int64
    package var range: Range<Int64>

    /// - Parameter length: Of the stream.
    static func all(_ side: TapSide, reading bytes: UnsafeRawBufferPointer, length: Int64) -> [TapMessage] {
        guard bytes.count >= MessageLog.fixed else { return [] }
        let count: UInt64 = bytes.number(at: 0)
        let firstEnd: Int64 = bytes.number(at: 8)
        let first = Int(bytes.number(at: 16) as UInt32)
        let all = first + Int(bytes.number(at: 20) as UInt32)
        guard bytes.count >= MessageLog.fixed + all * MessageLog.markSize else { return [] }
        func offset(_ index: Int) -> Int64 { bytes.number(at: MessageLog.fixed + index * MessageLog.markSize) }
        return (0..<all).compactMap { index in
            let isLast = index + 1 == all
            let end = index + 1 == first && !isLast ? firstEnd : isLast ? length : offset(index + 1)
            let number = index < first ? UInt64(index + 1) : count &- UInt64(all - index) &+ 1
            let time: Int64 = bytes.number(at: MessageLog.fixed + index * MessageLog.markSize + 8)
            // Of a recording, they may be anything.
            guard (0...length).contains(offset(index)), (0..<TapLayout.most).contains(time) else { return nil }
            let range = offset(index)..<min(length, max(offset(index), end))
            return TapMessage(side: side, number: number, time: time, range: range)
        }
    }
}
