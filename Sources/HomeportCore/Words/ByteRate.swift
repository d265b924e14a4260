/// How fast bytes may move: `10mbit` (bits per second, as networks are sold) or `2MB/s` (bytes per second).
public struct ByteRate: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var bitsPerSecond: UInt64

    public init(bitsPerSecond: UInt64) { self.bitsPerSecond = bitsPerSecond }

    /// - Throws: ``HomeportError`` with code `value.malformed`. `mbps` is refused: half its writers mean bytes.
    public init(parsing text: String) throws(HomeportError) { self.init(bitsPerSecond: try Self.quantity.read(text)) }

    public var bytesPerSecond: Double { Double(bitsPerSecond) / 8 }
    public var description: String { Self.quantity.print(bitsPerSecond) }
    public static func < (a: Self, b: Self) -> Bool { a.bitsPerSecond < b.bitsPerSecond }

    static let quantity = Quantity(
        name: "a rate",
        example: "10mbit",
        units: [
            ("bit", 1), ("B/s", 8), ("kbit", 1000), ("kB/s", 8000), ("KiB/s", 8192), ("mbit", 1_000_000),
            ("MB/s", 8_000_000), ("MiB/s", 8 << 20), ("gbit", 1_000_000_000), ("GB/s", 8_000_000_000),
        ],
        slips: [
            "kbps": "write kbit (bits per second) or kB/s (bytes per second)",
            "mbps": "write mbit (bits per second) or MB/s (bytes per second)",
            "gbps": "write gbit (bits per second) or GB/s (bytes per second)",
            "mb": "write mbit (bits per second) or MB/s (bytes per second)",
        ]
    )
}
