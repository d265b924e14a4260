/// A number of bytes: `64KiB`, `256MB`, `512B`. `MB` is 1,000,000 bytes and `MiB` 1,048,576, as SI and IEC have it.
public struct ByteCount: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var bytes: UInt64

    public init(bytes: UInt64) { self.bytes = bytes }

    /// - Throws: ``HomeportError`` with code `value.malformed`, naming the nearest right unit.
    public init(parsing text: String) throws(HomeportError) { self.init(bytes: try Self.quantity.read(text)) }

    public var description: String { Self.quantity.print(bytes) }
    public static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }

    static let quantity = Quantity(
        name: "a size",
        example: "256MB",
        units: [
            ("B", 1), ("kB", 1000), ("KiB", 1024), ("MB", 1_000_000), ("MiB", 1 << 20), ("GB", 1_000_000_000),
            ("GiB", 1 << 30),
        ],
        slips: [
            "k": "write kB (1,000 bytes) or KiB (1,024 bytes)",
            "kb": "write kB (1,000 bytes) or KiB (1,024 bytes)",
            "m": "write MB (1,000,000 bytes) or MiB (1,048,576 bytes)",
            "g": "write GB (1,000,000,000 bytes) or GiB (1,073,741,824 bytes)",
        ]
    )
}
