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
