package import HomeportCore

/// What a plan says of the record: `tap: { rows: 100000, bodies: 256MB }`, or `tap: false`.
package struct TapPlan: Sendable, Equatable {
    package var isOn = true
    /// Exchanges that are kept.
    package var rows = 100_000
    /// What their heads and bodies may take.
    package var bodies = ByteCount(bytes: 256_000_000)

    package init() {}

    package var bounds: TapStore.Bounds { .init(rows: isOn ? rows : 1, bytes: Int(clamping: bodies.bytes)) }

    package static let mostRows = 1_000_000

    package static let section = PlanSection<TapPlan>(keys: [
        PlanKey("rows", .rows, to: \.rows, example: "100000", "How many exchanges are kept."),
        PlanKey("bodies", .bytes, to: \.bodies, example: "256MB", "What their heads and bodies may take in memory."),
    ])

    package static let word = PlanWord<TapPlan>(schema: ["anyOf": [["const": false], section.schema]]) {
        node,
        problems in
        var plan = TapPlan()
        if node.isMapping {
            section.read(node, into: &plan, problems: &problems)
            return plan
        }
        do throws(HomeportError) { plan.isOn = try Bool(parsing: try node.text()) } catch {
            problems.append(
                node.wrong("tap is false, or says what is kept", fix: "tap: { rows: 100000, bodies: 256MB }")
            )
        }
        return plan
    }
}

extension PlanWord where Value == Int {
    fileprivate static let rows = PlanWord(
        schema: ["type": "integer", "minimum": 1, "maximum": .integer(Int64(TapPlan.mostRows))]
    ) { (text) throws(HomeportError) in
        guard let rows = Int(text), (1...TapPlan.mostRows).contains(rows) else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is no number of exchanges",
                fix: "write a whole number from 1 to \(TapPlan.mostRows)"
            )
        }
        return rows
    }
}
