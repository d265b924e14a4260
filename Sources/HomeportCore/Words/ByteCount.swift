/// A number of bytes: `64KiB`, `256MB`, `512B`. `MB` is 1,000,000 bytes and `MiB` 1,048,576, as SI and IEC have it.
///
///     try ByteCount(parsing: "64KiB").bytes       // 65536
///     ByteCount(bytes: 1_500_000).description     // "1.5MB"
///
/// From 0 to 2⁶⁴−1 bytes, with the units `B`, `kB`, `KiB`, `MB`, `MiB`, `GB` and `GiB`.
public struct ByteCount: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var bytes: UInt64

    public init(bytes: UInt64) { self.bytes = bytes }

    /// - Throws: ``HomeportError`` with code `value.malformed`, naming the nearest right unit.
    public init(parsing text: String) throws(HomeportError) { self.init(bytes: try Self.quantity.read(text)) }

    /// The shortest exact form that ``init(parsing:)`` reads back as the same count.
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
            "k": kilo, "kb": kilo, "m": mega, "mb": mega, "g": giga, "gb": giga, "byte": ["B"], "bytes": ["B"],
            "ki": ["KiB"], "mi": ["MiB"], "gi": ["GiB"],
        ]
    )

    private static let kilo = ["kB (1,000 bytes)", "KiB (1,024 bytes)"]
    private static let mega = ["MB (1,000,000 bytes)", "MiB (1,048,576 bytes)"]
    private static let giga = ["GB (1,000,000,000 bytes)", "GiB (1,073,741,824 bytes)"]
}
