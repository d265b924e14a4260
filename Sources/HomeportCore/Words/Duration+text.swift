extension Duration {
    /// Reads a duration as people write it in a plan.
    ///
    ///     try Duration(parsing: "80ms")       // .milliseconds(80)
    ///     try Duration(parsing: "1.5s").text  // "1.5s"
    ///
    /// From 0 to 292 years, in whole nanoseconds, with the units `ns`, `us`, `ms`, `s`, `m` (minutes) and `h`.
    /// - Throws: ``HomeportError`` with code `value.malformed`, naming the nearest right unit.
    public init(parsing text: String) throws(HomeportError) {
        let nanoseconds = try Self.quantity.read(text)
        guard let signed = Int64(exactly: nanoseconds) else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is longer than 292 years",
                fix: "the longest is \(Int64.max / 3_600_000_000_000)h"
            )
        }
        self = .nanoseconds(signed)
    }

    /// The shortest exact form that ``init(parsing:)`` reads back; negative durations print as zero.
    public var text: String { Self.quantity.print(UInt64(max(0, wholeNanoseconds))) }

    /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, over2) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return over || over2 ? (seconds < 0 ? .min : .max) : sum
    }

    static let quantity = Quantity(
        name: "a duration",
        example: "80ms",
        units: [
            ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ],
        slips: [
            "sec": ["s"], "secs": ["s"], "second": ["s"], "seconds": ["s"],
            "min": ["m"], "mins": ["m"], "minute": ["m"], "minutes": ["m"],
            "hr": ["h"], "hrs": ["h"], "hour": ["h"], "hours": ["h"],
            "msec": ["ms"], "msecs": ["ms"], "millis": ["ms"], "milliseconds": ["ms"],
            "usec": ["us"], "µs": ["us"], "μs": ["us"], "microseconds": ["us"], "nanoseconds": ["ns"],
        ]
    )
}
