extension Duration {
    /// Reads `80ms`, `1.5s`, `2m`, `100us`, `1h`.
    /// - Throws: ``HomeportError`` with code `value.malformed`, naming the nearest right unit.
    public init(parsing text: String) throws(HomeportError) {
        let nanoseconds = try Self.quantity.read(text)
        guard let signed = Int64(exactly: nanoseconds) else {
            throw HomeportError(.badValue, "\"\(text)\" is longer than 292 years")
        }
        self = .nanoseconds(signed)
    }

    /// The shortest exact form that ``init(parsing:)`` reads back; negative durations print as zero.
    public var text: String { Self.quantity.print(UInt64(max(0, wholeNanoseconds))) }

    /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return over
            ? (seconds < 0 ? .min : .max) : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    static let quantity = Quantity(
        name: "a duration",
        example: "80ms",
        units: [
            ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ],
        slips: [
            "sec": "write s", "secs": "write s", "seconds": "write s", "min": "write m", "minutes": "write m",
            "msec": "write ms", "d": "write hours, such as 24h",
        ]
    )
}
