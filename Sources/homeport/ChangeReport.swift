import HomeportRuntime

/// What applying a plan did, or would do.
struct ChangeReport {
    enum Tense {
        case changed, wouldChange, wouldStart
    }

    private let change: PlanChange
    private let tense: Tense

    init(_ change: PlanChange, _ tense: Tense) {
        self.change = change
        self.tense = tense
    }

    func write(to terminal: Terminal) {
        if change.isEmpty { return terminal.write("nothing \(tense == .changed ? "changed" : "would change")\n") }
        let lines =
            change.added.map { ("+ \($0)", Terminal.Style.green) } + change.removed.map { ("- \($0)", .red) }
            + change.changed.map { ("~ \($0)", .yellow) } + (change.renamed.map { [("~ name: \($0)", .yellow)] } ?? [])
        switch tense {
        case .changed: terminal.write("changed:\n")
        case .wouldChange: terminal.write("this would change:\n")
        case .wouldStart: terminal.write("this project does not run; homeport up would start:\n")
        }
        for (line, style) in lines { terminal.write("  " + terminal.styled(line, style) + "\n") }
        if !change.unchanged.isEmpty { terminal.write("  as before: \(change.unchanged.joined(separator: ", "))\n") }
    }
}
