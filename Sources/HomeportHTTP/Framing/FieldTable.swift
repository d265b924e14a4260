package import NIOCore

/// The fields of a head as they came: one buffer, and a table of offsets into it. Nothing is copied or turned into text
/// until somebody displays it.
///
/// All offsets count from the start of ``bytes``' readable part.
package struct FieldTable {
    package struct Line {
        package var nameStart: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        var nameLength: UInt16
        package var name: FieldName

        package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
        package var valueRange: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    /// The whole head, its first line among it.
    package internal(set) var bytes = ByteBuffer()
    package private(set) var lines: [Line] = []
    /// One bit for each known name that occurs.
    private var present: UInt64 = 0

    package init() { lines.reserveCapacity(16) }

    /// Makes ready for another head, keeping the table's memory.
    mutating func reset() {
        bytes = ByteBuffer()
        lines.removeAll(keepingCapacity: true)
        present = 0
    }

    mutating func append(_ line: Line) {
        lines.append(line)
        present |= 1 << UInt64(line.name.rawValue)
    }

    package func has(_ name: FieldName) -> Bool { present & 1 << UInt64(name.rawValue) != 0 }

    /// Whether any of the names occurs: one comparison, where walking the fields would cost more than the answer.
    @inline(__always)
    package func hasAny(of names: FieldNames) -> Bool { present & names.bits != 0 }

    /// Calls `body` with the bytes of a range of this head.
    @inline(__always)
    package func with<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(bytes.readableBytesUInt8Span.extracting(range))
    }

    /// Where the first field with this name has its value.
    package func first(_ name: FieldName) -> Range<Int>? {
        guard has(name) else { return nil }
        for line in lines where line.name == name { return line.valueRange }
        return nil
    }

    package func count(_ name: FieldName) -> Int {
        guard has(name) else { return 0 }
        return lines.reduce(0) { $0 + ($1.name == name ? 1 : 0) }
    }

    /// Calls `body` with every element of every line of a list-valued field, in order.
    package func forEachElement(of name: FieldName, _ body: (Span<UInt8>) -> Void) {
        guard has(name) else { return }
        for line in lines where line.name == name {
            with(line.valueRange) { $0.forEachElement(body) }
        }
    }

    /// Copies the lines that `keeps` names, each with its CRLF, as they came.
    package func copy(into buffer: inout ByteBuffer, where keeps: (Line) -> Bool) {
        let base = bytes.readerIndex
        var index = 0
        while index < lines.count {
            guard keeps(lines[index]) else {
                index += 1
                continue
            }
            // Neighbours are copied in one piece.
            let start = Int(lines[index].nameStart)
            while index < lines.count, keeps(lines[index]) { index += 1 }
            // The last one ends before the empty line.
            let end = index < lines.count ? Int(lines[index].nameStart) : bytes.readableBytes - 2
            if let block = bytes.getSlice(at: base + start, length: end - start) { buffer.writeImmutableBuffer(block) }
        }
    }

    /// Whether a line has this name, in any case.
    package func isNamed(_ line: Line, _ name: String) -> Bool {
        with(line.nameRange) { own in
            own.count == name.utf8.count
                && zip(0..<own.count, name.utf8).allSatisfy { ASCII.lower(own[$0]) == ASCII.lower($1) }
        }
    }

    package func copyValue(of line: Line, into buffer: inout ByteBuffer) {
        let start = bytes.readerIndex + line.valueRange.lowerBound
        if let value = bytes.getSlice(at: start, length: line.valueRange.count) { buffer.writeImmutableBuffer(value) }
    }

    /// The first value as text, for display and for parsing that is off the hot path.
    package func text(_ name: FieldName) -> String? { first(name).map(text) }

    package func text(_ range: Range<Int>) -> String { with(range) { $0.string } }
}
