/// The report as one HTML file that needs nothing else: a table, and a picture of each curve beside the one that was asked for.
package struct FidelityPage {
    private let report: FidelityReport
    private let machine: String

    /// - Parameter machine: What was measured, and when.
    package init(_ report: FidelityReport, machine: String) {
        self.report = report
        self.machine = machine
    }

    package var html: String {
        let rows = report.measures.map { measure in
            """
            <tr><td>\(measure.kind)</td><td>\(escaped(measure.asked))</td><td>\(escaped(measure.got))</td>\
            <td>\(escaped(measure.tolerance))</td><td>\(measure.samples)</td>\
            <td class="\(measure.isWithin ? "in" : "out")">\(measure.isWithin ? "within" : "outside")</td></tr>
            """
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Homeport: fidelity</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>
            :root { color-scheme: light dark; --got: #0a6dc2; --asked: #c2410a; --line: #8886; }
            @media (prefers-color-scheme: dark) { :root { --got: #6db6ff; --asked: #ff9a6d; } }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem;
            border-bottom: 1px solid var(--line); } .in { color: #2a8a3a; } .out { color: #c62828; font-weight: bold; }
            .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
            figure { margin: 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; } text { font-size: 11px;
            fill: currentColor; } .got { stroke: var(--got); } .asked { stroke: var(--asked); stroke-dasharray: 5 4; }
            path { fill: none; stroke-width: 2; } rect { fill: none; stroke: var(--line); }
            </style></head><body>
            <h1>What links do, asked and got</h1>
            <p>\(escaped(machine))</p>
            <p>What a link without conditions takes was measured first and taken off. Solid: got. Dashed: asked.</p>
            <table><thead><tr><th>what</th><th>asked</th><th>got</th><th>tolerance</th><th>samples</th><th></th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            <div class="plots">
            \(report.measures.compactMap { $0.plot.map(figure) }.joined(separator: "\n"))
            </div></body></html>

            """
    }

    // MARK: Pictures

    private static let (width, height, margin) = (360.0, 200.0, 40.0)

    private func figure(_ plot: FidelityReport.Plot) -> String {
        let points = plot.got + plot.asked
        let (across, up) = (range(points.map(\.x)), range(points.map(\.y)))
        func path(_ curve: [(x: Double, y: Double)], _ kind: String) -> String {
            guard !curve.isEmpty else { return "" }
            let steps = curve.enumerated().map { index, point in
                let x =
                    Self.margin + (point.x - across.low) / (across.high - across.low) * (Self.width - Self.margin - 10)
                let share = (point.y - up.low) / (up.high - up.low)
                let y = Self.height - Self.margin - share * (Self.height - Self.margin - 10)
                return "\(index == 0 ? "M" : "L")\(short(x)) \(short(y))"
            }
            return "<path class=\"\(kind)\" d=\"\(steps.joined())\"/>"
        }
        let floor = Self.height - Self.margin
        return """
            <figure><figcaption>\(escaped(plot.title))</figcaption>
            <svg viewBox="0 0 \(short(Self.width)) \(short(Self.height))" role="img" aria-label="\(escaped(plot.title))">
            <rect x="\(short(Self.margin))" y="10" width="\(short(Self.width - Self.margin - 10))" height="\(short(floor - 10))"/>
            \(path(plot.asked, "asked"))\(path(plot.got, "got"))
            <text x="\(short(Self.margin))" y="\(short(floor + 14))">\(short(across.low))</text>
            <text x="\(short(Self.width - 10))" y="\(short(floor + 14))" text-anchor="end">\(short(across.high))</text>
            <text x="\(short(Self.width / 2))" y="\(short(floor + 28))" text-anchor="middle">\(escaped(plot.xTitle))</text>
            <text x="\(short(Self.margin - 4))" y="20" text-anchor="end">\(short(up.high))</text>
            <text x="\(short(Self.margin - 4))" y="\(short(floor))" text-anchor="end">\(short(up.low))</text>
            <text x="\(short(Self.margin + 6))" y="24">\(escaped(plot.yTitle))</text>
            </svg></figure>
            """
    }

    private func range(_ values: [Double]) -> (low: Double, high: Double) {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        return low < high ? (low, high) : (low - 0.5, high + 0.5)
    }

    private func short(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
