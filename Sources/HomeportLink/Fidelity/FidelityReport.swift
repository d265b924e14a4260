/// How far this machine's links do what they are asked to. The keys are stable: `homeport link verify --json` prints them.
package struct FidelityReport: Sendable, Codable {
    /// One thing that was asked for, and what came of it.
    package struct Measure: Sendable, Codable {
        /// `latency`, `jitter`, `rate` or `loss`.
        package var kind: String
        /// `20 ms, 100 connections`.
        package var asked: String
        /// What was found, in words of its kind.
        package var got: String
        /// What it may be at most.
        package var tolerance: String
        package var isWithin: Bool
        /// How many times it was measured.
        package var samples: Int
        /// Figures by name, in the unit that the name says.
        package var figures: [String: Double]
        /// For a picture: what came, and where there is such a curve, what was asked for.
        package var plot: Plot?

        enum CodingKeys: String, CodingKey {
            case kind, asked, got, tolerance, samples, figures
            case isWithin = "within"
        }
    }

    package struct Plot: Sendable {
        package var title: String
        package var xTitle: String
        package var yTitle: String
        package var got: [(x: Double, y: Double)]
        package var asked: [(x: Double, y: Double)]
    }

    package var measures: [Measure] = []

    package var isWithin: Bool { measures.allSatisfy(\.isWithin) }

    package init() {}

    enum CodingKeys: String, CodingKey {
        case measures
    }
}
