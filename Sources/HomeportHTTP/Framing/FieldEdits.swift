package import NIOCore

/// What becomes of a head's fields before it goes on: some left out, and lines added.
package final class FieldEdits: Sendable {
    private let hidden: [[UInt8]]
    private let added: ByteBuffer?

    /// - Parameters:
    ///   - names: Of fields that are left out, in any case, and with `_` for `-`: servers that hand fields on as variables read
    ///     both as one. `X-Forwarded-*` is all that begin so.
    ///   - lines: Whole lines, each with its CRLF.
    package init(hiding names: [String], adding lines: ByteBuffer? = nil) {
        hidden = names.map { $0.utf8.map(Self.folded) }
        added = lines
    }

    private init(_ hidden: [[UInt8]], _ added: ByteBuffer?) { (self.hidden, self.added) = (hidden, added) }

    /// The same, and these lines.
    package func adding(_ lines: ByteBuffer) -> FieldEdits {
        var all = added ?? ByteBuffer()
        all.writeImmutableBuffer(lines)
        return FieldEdits(hidden, all)
    }

    package func hides(_ line: FieldTable.Line, of fields: FieldTable) -> Bool {
        fields.with(line.nameRange) { name in
            hidden.contains { other in
                let isStart = other.last == UInt8(ascii: "*")
                let other = isStart ? other.dropLast() : other[...]
                return (isStart ? other.count <= name.count : other.count == name.count)
                    && other.indices.allSatisfy { other[$0] == Self.folded(name[$0]) }
            }
        }
    }

    package func add(to bytes: inout ByteBuffer) {
        if let added { bytes.writeImmutableBuffer(added) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : ASCII.lower(byte)
    }
}
