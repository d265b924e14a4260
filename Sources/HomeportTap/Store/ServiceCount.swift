/// What has been taken down of one service, or of a link's own port, since the beginning, whatever is still in the record.
package struct ServiceCount: Sendable, Equatable {
    package struct Name: Sendable, Hashable {
        package var text: String
        package var isOfLink: Bool
    }

    /// Upper bounds, seconds, of how long exchanges took.
    package static let bounds: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// By the first digit of the status; at 0 those without an answer.
    package private(set) var answers = [UInt64](repeating: 0, count: 6)
    /// Those that took no longer than each bound, and longer than the one before; the last are beyond all of them.
    package private(set) var took = [UInt64](repeating: 0, count: ServiceCount.bounds.count + 1)
    package private(set) var nanoseconds: UInt64 = 0
    /// Of bodies, or of what passed.
    package private(set) var receivedBytes: UInt64 = 0
    package private(set) var sentBytes: UInt64 = 0
    /// Connections and flows through a link that were no HTTP.
    package private(set) var passages: UInt64 = 0

    mutating func add(_ record: borrowing TapRecord) {
        receivedBytes &+= UInt64(record.request.length)
        sentBytes &+= UInt64(record.response.length)
        guard record.kind != .tcp, record.kind != .udp else {
            passages += 1
            return
        }
        answers[(100..<600).contains(record.status) ? record.status / 100 : 0] += 1
        // How long a WebSocket or a stream of events stays says nothing of how fast it is.
        guard record.kind == .http else { return }
        let time = record.ended - record.began
        nanoseconds &+= time
        let seconds = Double(time) / 1e9
        took[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    }
}
