/// What a link does in each direction: conditions one after the other, each element those of one mapping.
package struct LinkWords: Sendable, Hashable, Codable {
    /// Client to service.
    package var up: [ConditionWords] = []
    /// Service to client.
    package var down: [ConditionWords] = []

    package init(up: [ConditionWords] = [], down: [ConditionWords] = []) {
        self.up = up
        self.down = down
    }
}
