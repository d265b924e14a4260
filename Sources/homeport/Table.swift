/// Rows in columns, as wide as their widest cell. On a terminal that is too narrow the last column gives way; a pipe
/// gets everything.
struct Table {
    enum Alignment {
        case left, right
    }

    struct Cell {
        var text: String
        var style: Terminal.Style

        init(_ text: String, _ style: Terminal.Style = .plain) {
            self.text = text
            self.style = style
        }
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[Cell]] = []
    private var widths: [Int]

    init(_ columns: (String, Alignment)...) {
        self.columns = columns.map { (title: $0.0, alignment: $0.1) }
        widths = columns.map(\.0.count)
    }

    mutating func add(_ cells: [Cell]) {
        for (index, cell) in cells.enumerated() where index < widths.count {
            widths[index] = max(widths[index], Self.width(cell.text))
        }
        rows.append(cells)
    }

    /// Lines are built as bytes, which are cheaper to append to than a `String`: with thousands of rows it shows.
    func write(to terminal: Terminal) {
        var text: [UInt8] = []
        text.reserveCapacity((rows.count + 1) * (widths.reduce(0, +) + 16 * widths.count))
        line(columns.map { Cell($0.title, .dim) }, terminal, into: &text)
        for row in rows { line(row, terminal, into: &text) }
        terminal.write(text)
    }

    private func line(_ cells: [Cell], _ terminal: Terminal, into text: inout [UInt8]) {
        var used = 0
        for (index, cell) in cells.enumerated() where index < widths.count {
            let isLast = index == widths.count - 1
            var shown = cell.text
            var width = Self.width(shown)
            if isLast, let columns = terminal.columns, used + width > columns {
                width = max(1, columns - used)
                shown = shown.prefix(width - 1) + (terminal.isUTF8 ? "…" : "~")
            }
            let padding = repeatElement(UInt8(ascii: " "), count: max(0, widths[index] - width))
            if columns[index].alignment == .right { text += padding }
            text += terminal.styled(shown, cell.style).utf8
            if isLast { break }
            if columns[index].alignment == .left { text += padding }
            text += [UInt8(ascii: " "), UInt8(ascii: " ")]
            used += widths[index] + 2
        }
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        text.append(UInt8(ascii: "\n"))
    }

    /// Counting characters costs far more than counting bytes, and nearly everything is ASCII.
    private static func width(_ text: String) -> Int {
        let bytes = text.utf8
        return bytes.allSatisfy { $0 < 128 } ? bytes.count : text.count
    }
}
