extension Terminal {
    /// A paragraph behind a label, at the width of the terminal and never wider than what reads well. A pipe gets one
    /// line, which `grep` finds.
    func wrapped(_ paragraph: String, label: String = "", indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        let first = label + String(repeating: " ", count: max(0, indent - label.count))
        guard let columns else { return first + paragraph + "\n" }
        let width = max(20, min(columns, 100) - indent)
        var text = first
        var used = 0
        for word in paragraph.split(separator: " ") {
            if used > 0, used + 1 + word.count > width {
                text += "\n" + margin
                used = 0
            }
            text += used > 0 ? " " + word : String(word)
            used += word.count + (used > 0 ? 1 : 0)
        }
        return text + "\n"
    }
}
