/// A condition in its place in a row, told from the others of the row by a key that stays the same when its parameters
/// change: by it a change knows what is still there, and draws stay what they were.
public struct KeyedStage<Stage: Sendable>: Sendable {
    public let key: UInt64
    public var stage: Stage

    public init(key: UInt64, _ stage: Stage) {
        self.key = key
        self.stage = stage
    }
}

/// What a condition has done.
public struct Effect: Sendable, Hashable {
    /// How many packets, or pieces of a stream, it held back, changed or threw away.
    public var hits: UInt64 = 0
    /// By how much it held them back, in all.
    public var nanoseconds: UInt64 = 0
    /// How many bytes it threw away.
    public var discarded: UInt64 = 0

    public init() {}

    public static func += (a: inout Effect, b: Effect) {
        a.hits &+= b.hits
        a.nanoseconds &+= b.nanoseconds
        a.discarded &+= b.discarded
    }
}
