/// What is different between two messages: first lines, fields, bodies. JSON is compared by its structure, other bodies by their bytes,
/// both as they are when they are unpacked.
package struct MessageDiff: Sendable, Equatable {
    /// One difference; nil for what is not there on that side.
    package struct Change: Sendable, Equatable, Codable {
        /// `line`, `field content-type`, `body $.items[2].price`, `body`.
        package var place: String
        package var before: String?
        package var after: String?
    }

    /// A head in parts, and what is kept of a body.
    package struct Side: Sendable {
        package var line: String
        package var fields: [(name: String, value: String)]
        package var body: [UInt8]
        /// True length.
        package var length: Int64
        /// Of all of it; nil where that is not known.
        package var sha256: String?

        package init(
            line: String,
            fields: [(name: String, value: String)],
            body: [UInt8],
            length: Int64,
            sha256: String? = nil
        ) {
            (self.line, self.fields, self.body, self.length) = (line, fields, body, length)
            self.sha256 = sha256
        }

        fileprivate var isWhole: Bool { Int64(body.count) == length }

        fileprivate var plain: PlainBody {
            let codings = fields.filter { $0.name.lowercased() == "content-encoding" }.map(\.value)
            return PlainBody(body, isWhole: isWhole, codings: codings)
        }
    }

    package private(set) var changes: [Change] = []

    /// Differences that are told of one body.
    static let most = 1000

    package init(_ before: Side, _ after: Side, ignoring: DifferencePlaces = DifferencePlaces([])) {
        if before.line != after.line { changes.append(Change(place: "line", before: before.line, after: after.line)) }
        compareFields(before.fields, after.fields)
        compareBodies(before, after, ignoring)
        changes.removeAll { ignoring.contains($0.place) }
    }

    /// Names in any case; several values of one name are compared as a list, in their order.
    private mutating func compareFields(
        _ before: [(name: String, value: String)],
        _ after: [(name: String, value: String)]
    ) {
        func values(_ fields: [(name: String, value: String)]) -> [String: String] {
            Dictionary(fields.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
        }
        let (old, new) = (values(before), values(after))
        for name in Set(old.keys).union(new.keys).sorted() where old[name] != new[name] {
            changes.append(Change(place: "field \(name)", before: old[name], after: new[name]))
        }
    }

    private mutating func compareBodies(_ before: Side, _ after: Side, _ ignored: DifferencePlaces) {
        if before.body == after.body, before.length == after.length {
            if before.isWhole || before.sha256 != nil && before.sha256 == after.sha256 { return }
            let isKnown = before.sha256 != nil && after.sha256 != nil
            let what = isKnown ? "they differ beyond what is kept" : "what is not kept cannot be compared"
            changes.append(
                Change(place: "body", before: "\(before.length) bytes", after: "\(after.length) bytes; \(what)")
            )
            return
        }
        let (plain, other) = (before.plain, after.plain)
        // It may be packed in another way: that is no difference of what it says.
        if plain.bytes == other.bytes, plain.isWhole, other.isWhole { return }
        if let old = JSONTree(plain.bytes), let new = JSONTree(other.bytes) {
            old.compare(with: new, at: "$") { path, before, after in
                let place = "body \(path)"
                guard changes.count < Self.most, !ignored.contains(place) else { return }
                changes.append(Change(place: place, before: before, after: after))
            }
            return
        }
        let place = zip(plain.bytes, other.bytes).prefix { $0 == $1 }.reduce(0) { count, _ in count + 1 }
        changes.append(
            Change(
                place: "body",
                before: "\(before.length) bytes",
                after: "\(after.length) bytes; they differ from byte \(place) on"
            )
        )
    }
}
