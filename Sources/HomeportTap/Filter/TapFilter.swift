package import HomeportCore

/// Which exchanges are meant: one language for the terminal and the API.
///
///     status>=500 and host=api.localhost and path~/v1/ and took>200ms
///     not (method=GET or method=HEAD) and request.body~"timeout"
///     is:live or header.x-user=ada
///
/// | test | means |
/// |---|---|
/// | `=` `!=` | is, is not; in text, `*` stands for anything, and case does not matter |
/// | `~` `!~` | contains, does not contain |
/// | `<` `<=` `>` `>=` | of numbers, times (`200ms`) and sizes (`64KiB`) |
/// | `is:WORD` | live, complete, failed, refused, reused, hit (by a condition) |
/// | `has:FIELD` | there is one: `has:header.cookie`, `has:error`, `has:request.body` |
/// | `condition:NAME` | hit by that one: `latency`, a link's name, or `db/latency` |
///
/// `and` binds closer than `or`, `not` closer than both. A field that an exchange does not have is unlike everything: `!=` and `!~` hold,
/// all else does not. No test takes longer than the bytes that it looks at.
package struct TapFilter: Sendable {
    indirect enum Node: Sendable {
        case and([Node])
        case or([Node])
        case not(Node)
        case test(FilterTest)

        /// How much of an exchange is to be looked at: 0 for numbers, 1 for heads, 2 for bodies.
        var cost: Int {
            switch self {
            case .and(let all), .or(let all): all.map(\.cost).max() ?? 0
            case .not(let one): one.cost
            case .test(let test): test.field.cost
            }
        }
    }

    /// As it was written.
    package let text: String
    private let root: Node?

    /// Whatever it is.
    package static let all = TapFilter()

    private init() { (text, root) = ("", nil) }

    /// - Parameter text: Empty for all.
    /// - Throws: ``HomeportError`` with code `filter.malformed`, whose place is the column, from 1.
    package init(parsing text: String) throws(HomeportError) {
        self.text = text
        var parser = try FilterParser(text)
        root = try parser.parse().map(Self.cheapestFirst)
    }

    private static func cheapestFirst(_ node: Node) -> Node {
        switch node {
        case .and(let all): .and(all.map(cheapestFirst).sorted { $0.cost < $1.cost })
        case .or(let all): .or(all.map(cheapestFirst).sorted { $0.cost < $1.cost })
        case .not(let one): .not(cheapestFirst(one))
        case .test: node
        }
    }

    package func matches(_ row: TapRow, in store: TapStore) -> Bool {
        guard let root else { return true }
        return Self.matches(root, FilterSubject(row: row, store: store))
    }

    private static func matches(_ node: Node, _ subject: FilterSubject) -> Bool {
        switch node {
        case .and(let all): all.allSatisfy { matches($0, subject) }
        case .or(let all): all.contains { matches($0, subject) }
        case .not(let one): !matches(one, subject)
        case .test(let test): test.matches(subject)
        }
    }
}

/// What a filter is asked about.
struct FilterSubject {
    let row: TapRow
    let store: TapStore

    /// What is kept of a body without what it was sent in; nil for one that looks as if it was sent as it is: no field is looked for then.
    func unpackedBody(_ side: TapSide) -> [UInt8]? {
        guard row.kind.isHTTP, store.withBody(side, of: row, { head, _ in PlainBody.looksPacked(head) }) else {
            return nil
        }
        return store.body(side, of: row).plain(row.fields(side)).bytes
    }
}

extension HomeportError.Code {
    package static let filter = Self("filter.malformed", .words)
}
