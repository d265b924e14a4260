package import NIOCore

/// Whether a trouble is news: not while it comes again and again.
package struct RecentTrouble: Sendable {
    /// After so long without it, it is news again.
    private static let memory = TimeAmount.seconds(10)
    private var last: NIODeadline?

    package init() {}

    /// It is there.
    /// - Returns: Whether it has not been there for a while.
    package mutating func isNews(now: NIODeadline = .now()) -> Bool {
        defer { last = now }
        return last.map { now - $0 > Self.memory } ?? true
    }
}
