/// What a condition has done.
public struct Effect: Sendable, Hashable {
    /// How many packets, or pieces of a stream, it held back, changed or threw away.
    public var hits: UInt64 = 0
    /// By how much it held them back, in all.
    public var nanoseconds: UInt64 = 0
    /// By how much it held back the one that it held back longest.
    public var longest: UInt64 = 0
    /// How many bytes it threw away.
    public var discarded: UInt64 = 0

    public init() {}

    /// It has held something back for so long.
    mutating func held(_ nanoseconds: UInt64) {
        hits += 1
        self.nanoseconds &+= nanoseconds
        longest = max(longest, nanoseconds)
    }

    public static func += (a: inout Effect, b: Effect) {
        a.hits &+= b.hits
        a.nanoseconds &+= b.nanoseconds
        a.longest = max(a.longest, b.longest)
        a.discarded &+= b.discarded
    }
}
