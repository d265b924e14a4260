import HomeportCore

/// What is different between two recordings: requests are matched by method and path, and among equal ones by their order.
package struct RecordingDiff: Sendable {
    /// What became of all requests with one method and path.
    package struct Change: Sendable, Equatable, Codable {
        package enum Kind: String, Sendable, Codable, CaseIterable {
            /// Only in the second, only in the first.
            case new, gone
            /// Another status, type or body.
            case changed
            case slower, faster
        }

        package var kind: Kind
        package var method: String
        /// Without the query.
        package var path: String
        /// How many there are in each.
        package var before: Int
        package var after: Int
        /// Of what is changed: how many differ, and how the first of them does.
        package var differing: Int?
        package var changes: [MessageDiff.Change]?
        /// Medians, milliseconds.
        package var tookBefore: Double?
        package var tookAfter: Double?

        enum CodingKeys: String, CodingKey {
            case kind, method, path, before, after, differing, changes
            case tookBefore = "took_before"
            case tookAfter = "took_after"
        }
    }

    package private(set) var changes: [Change] = []
    /// Methods and paths that were compared, and those beyond ``most``.
    package private(set) var compared = 0
    package private(set) var left = 0

    /// Different methods and paths: of those beyond, it is said how many.
    static let most = 50_000
    /// Slower, or faster, is by so much: as a share, and in nanoseconds. What is less may be the machine's.
    private static let share = 1.5
    private static let least: Int64 = 5_000_000
    /// Differences of one answer that are told.
    private static let mostChanges = 5

    private struct Key: Hashable {
        var method, path: String
    }

    /// Numbers of rows, in the order in which they began.
    private struct Group {
        var before: [UInt64] = []
        var after: [UInt64] = []
    }

    /// - Throws: `CancellationError`.
    /// - Parameters:
    ///   - filter: Of both.
    ///   - ignoring: Differences of answers that do not count.
    package init(
        _ before: TapStore,
        _ after: TapStore,
        _ filter: TapFilter = .all,
        ignoring: DifferencePlaces = DifferencePlaces([])
    ) throws {
        var groups: [Key: Group] = [:]
        try collect(before, \.before, filter, into: &groups)
        try collect(after, \.after, filter, into: &groups)
        compared = groups.count
        for (key, group) in groups.sorted(by: { ($0.key.path, $0.key.method) < ($1.key.path, $1.key.method) }) {
            try Task.checkCancellation()
            changes += Self.compare(key, group, before, after, ignoring)
        }
        let order = Change.Kind.allCases
        changes.sort { order.firstIndex(of: $0.kind) ?? 0 < order.firstIndex(of: $1.kind) ?? 0 }
    }

    private mutating func collect(
        _ store: TapStore,
        _ side: WritableKeyPath<Group, [UInt64]>,
        _ filter: TapFilter,
        into groups: inout [Key: Group]
    ) throws {
        var rows: [(began: Int64, id: UInt64, key: Key)] = []
        store.forEach(in: store.range) { row in
            guard row.kind.isHTTP || row.kind == .webSocket, !row.method.isEmpty else { return !Task.isCancelled }
            if filter.matches(row, in: store) {
                rows.append((row.began, row.id, Key(method: row.method, path: row.path)))
            }
            return !Task.isCancelled
        }
        try Task.checkCancellation()
        rows.sort { ($0.began, $0.id) < ($1.began, $1.id) }
        for row in rows {
            guard groups[row.key] != nil || groups.count < Self.most else {
                left += 1
                continue
            }
            groups[row.key, default: Group()][keyPath: side].append(row.id)
        }
    }

    private static func compare(
        _ key: Key,
        _ group: Group,
        _ before: TapStore,
        _ after: TapStore,
        _ ignored: DifferencePlaces
    ) -> [Change] {
        func change(_ kind: Change.Kind) -> Change {
            Change(
                kind: kind,
                method: key.method,
                path: key.path,
                before: group.before.count,
                after: group.after.count
            )
        }
        if group.before.isEmpty { return [change(.new)] }
        if group.after.isEmpty { return [change(.gone)] }
        var found: [Change] = []
        var (differing, first) = (0, [MessageDiff.Change]())
        for (old, new) in zip(group.before, group.after) {
            guard let old = before.row(old), let new = after.row(new) else { continue }
            let changes = answer(old, before, new, after, ignored)
            guard !changes.isEmpty else { continue }
            differing += 1
            if first.isEmpty { first = Array(changes.prefix(mostChanges)) }
        }
        if differing > 0 {
            var one = change(.changed)
            (one.differing, one.changes) = (differing, first)
            found.append(one)
        }
        guard let old = median(group.before, before), let new = median(group.after, after) else { return found }
        let kind: Change.Kind? =
            Double(new) > Double(old) * share && new - old > least
            ? .slower : Double(old) > Double(new) * share && old - new > least ? .faster : nil
        if let kind {
            var one = change(kind)
            (one.tookBefore, one.tookAfter) = (Double(old / 1000) / 1000, Double(new / 1000) / 1000)
            found.append(one)
        }
        return found
    }

    /// What a client would notice: status, media type, body; not the fields that differ from one answer to the next.
    private static func answer(
        _ old: TapRow,
        _ before: TapStore,
        _ new: TapRow,
        _ after: TapStore,
        _ ignored: DifferencePlaces
    ) -> [MessageDiff.Change] {
        MessageDiff(side(old, before), side(new, after), ignoring: ignored).changes
    }

    private static func side(_ row: TapRow, _ store: TapStore) -> MessageDiff.Side {
        let body = row.kind == .http ? store.body(.response, of: row) : TapBody(length: 0)
        return MessageDiff.Side(
            line: row.status == 0 ? row.error ?? "no answer" : "\(row.status)",
            fields: (row.type.map { [(name: "content-type", value: $0)] } ?? [])
                + row.fields(.response).values(of: "content-encoding").map { (name: "content-encoding", value: $0) },
            body: body.bytes,
            length: body.length,
            sha256: body.sha256
        )
    }

    private static func median(_ ids: [UInt64], _ store: TapStore) -> Int64? {
        let took = ids.compactMap { store.row($0) }.filter { $0.kind == .http }.compactMap(\.took).sorted()
        return took.percentile(0.5)
    }
}
