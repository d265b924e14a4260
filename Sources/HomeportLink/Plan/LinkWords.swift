package import HomeportNet

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

/// All that a link's words can say.
package struct LinkSettings: Sendable, Hashable {
    package var words = LinkWords()
    /// What becomes of new connections.
    package var connect = ConnectMode.accept
    /// What goes wrong with requests, where it carries HTTP/1.1; they are looked at in this order.
    package var http: [HTTPFault] = []

    package init() {}
}
