/// How fast bytes may move: `10mbit` (bits per second, as networks are sold) or `2MB/s` (bytes per second).
///
///     let rate = try ByteRate(parsing: "10mbit")
///     rate.bytesPerSecond                             // 1250000.0
///     try ByteRate(parsing: "2MB/s").description      // "16mbit"
///
/// From 0 to 2⁶⁴−1 bits per second. Read are `bit`, `kbit`, `mbit`, `gbit` and `B/s`, `kB/s`, `KiB/s`, `MB/s`, `MiB/s`,
/// `GB/s`; printed are bits, always, so that two rates can be compared at a glance.
public struct ByteRate: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var bitsPerSecond: UInt64

    public init(bitsPerSecond: UInt64) { self.bitsPerSecond = bitsPerSecond }

    /// - Throws: ``HomeportError`` with code `value.malformed`. `mbps` is refused: half its writers mean bytes.
    public init(parsing text: String) throws(HomeportError) { self.init(bitsPerSecond: try Self.quantity.read(text)) }

    public var bytesPerSecond: Double { Double(bitsPerSecond) / 8 }

    /// The shortest exact form that ``init(parsing:)`` reads back as the same rate.
    public var description: String { Self.quantity.print(bitsPerSecond) }
    public static func < (a: Self, b: Self) -> Bool { a.bitsPerSecond < b.bitsPerSecond }

    static let quantity = Quantity(
        name: "a rate",
        example: "10mbit",
        units: [
            ("bit", 1), ("B/s", 8), ("kbit", 1000), ("kB/s", 8000), ("KiB/s", 8192), ("mbit", 1_000_000),
            ("MB/s", 8_000_000), ("MiB/s", 8 << 20), ("gbit", 1_000_000_000), ("GB/s", 8_000_000_000),
        ],
        printed: ["bit", "kbit", "mbit", "gbit"],
        slips: [
            "bps": single, "b": single,
            "kbps": kilo, "kb": kilo, "kb/s": kilo, "k": kilo,
            "mbps": mega, "mb": mega, "mb/s": mega, "m": mega,
            "gbps": giga, "gb": giga, "gb/s": giga, "g": giga,
            "kib": ["KiB/s"], "mib": ["MiB/s"], "kbit/s": ["kbit"], "mbit/s": ["mbit"], "gbit/s": ["gbit"],
            "bit/s": ["bit"],
        ]
    )

    private static let kilo = ["kbit (bits per second)", "kB/s (bytes per second)"]
    private static let mega = ["mbit (bits per second)", "MB/s (bytes per second)"]
    private static let giga = ["gbit (bits per second)", "GB/s (bytes per second)"]
    private static let single = ["bit (bits per second)", "B/s (bytes per second)"]
}
