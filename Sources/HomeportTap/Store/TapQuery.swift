/// A window of the record: which exchanges, in which order, from where.
package struct TapQuery: Sendable {
    package enum Order: String, Sendable, CaseIterable {
        case newest, oldest, slowest, largest
    }

    package struct Window: Sendable {
        package var rows: [TapRow] = []
        /// Where to go on; nil at the end.
        package var next: UInt64?
        package var scanned = 0
    }

    package var filter: TapFilter
    package var order = Order.newest
    /// Numbers below, or above this one; nil begins at the end that the order begins with.
    package var from: UInt64?
    package var limit = 100

    package static let mostRows = 1000
    /// How long may be looked at once, before what was found by then is told: a filter that finds little shows that it goes on.
    private static let patience = Duration.milliseconds(60)

    package init(filter: TapFilter) { self.filter = filter }

    /// Looks through the record, on the caller's thread. By time, it stops early where it takes long, and says where to go on; by
    /// size it looks at all.
    /// - Throws: `CancellationError` where the task was cancelled meanwhile.
    package func run(on store: TapStore) throws -> Window {
        switch order {
        case .newest, .oldest: try runInOrder(on: store)
        case .slowest: try runSorted(on: store) { $0.took ?? .max }
        case .largest: try runSorted(on: store) { $0.length(.response) }
        }
    }

    private func runInOrder(on store: TapStore) throws -> Window {
        let backward = order == .newest
        let all = store.range
        let range =
            backward
            ? all.lowerBound..<max(all.lowerBound, min(from ?? all.upperBound, all.upperBound))
            : min(max(from.map { min($0, .max - 1) + 1 } ?? 0, all.lowerBound), all.upperBound)..<all.upperBound
        var window = Window()
        let end = ContinuousClock.now + Self.patience
        store.forEach(in: range, backward: backward) { row in
            window.scanned += 1
            if filter.matches(row, in: store) { window.rows.append(row) }
            let isFull = window.rows.count >= limit
            let isLate = window.scanned % 64 == 0 && ContinuousClock.now > end || Task.isCancelled
            guard isFull || isLate else { return true }
            let isLast = backward ? row.id <= range.lowerBound : row.id + 1 >= range.upperBound
            window.next = isLast ? nil : row.id
            return false
        }
        try Task.checkCancellation()
        return window
    }

    private func runSorted(on store: TapStore, by key: (TapRow) -> Int64) throws -> Window {
        var window = Window()
        var best: [(key: Int64, row: TapRow)] = []
        store.forEach(in: store.range) { row in
            window.scanned += 1
            if filter.matches(row, in: store) { best.append((key(row), row)) }
            // Now and then what cannot be among the first any more goes.
            if best.count >= 4 * limit {
                best.sort { $0.key > $1.key }
                best.removeLast(best.count - limit)
            }
            return !Task.isCancelled
        }
        try Task.checkCancellation()
        best.sort { $0.key > $1.key }
        window.rows = best.prefix(limit).map(\.row)
        return window
    }
}
