package import HomeportCore

/// A network that somebody else has named, with what they say of it. The same word means different networks to different
/// sources (a "3G" has 100 ms one way or 400 ms there and back): hence the names before the colon.
package struct Preset: Sendable, Hashable {
    package let name: String
    /// Where the figures come from.
    package let source: String
    /// How the source counts delay, and what we make of it.
    package let meaning: String
    package let words: LinkWords

    package static func named(_ name: String) throws(HomeportError) -> Preset {
        if let preset = all.first(where: { $0.name == name }) { return preset }
        let names = all.map(\.name)
        let ends = all.filter { $0.name.hasSuffix(":\(name)") }.map(\.name)
        let near = ends.isEmpty ? Spelling.nearest(to: name, among: names).map { [$0] } ?? [] : ends
        throw HomeportError(
            .badValue,
            "there is no preset \"\(name)\"",
            fix: near.isEmpty
                ? "homeport link presets lists them; one is \(names[0])"
                : "did you mean \(near.joined(separator: " or "))?"
        )
    }

    package static let all = chrome + lighthouse + wpt + apple + sat

    // MARK: Sources

    private static let chrome = roundTrip(
        "chrome",
        "Chrome DevTools, front_end/core/sdk/NetworkManager.ts (June 2024), the targets without its correction factors",
        [
            ("3g", 500, 500, 400), ("slow-4g", 1600, 750, 150), ("fast-4g", 9000, 1500, 60),
        ]
    )

    private static let lighthouse = roundTrip(
        "lighthouse",
        "Lighthouse, core/config/constants.js",
        [
            ("mobile-slow-4g", 1638.4, 750, 150), ("mobile-regular-3g", 700, 700, 300),
            ("desktop-dense-4g", 10240, 10240, 40),
        ]
    )

    private static let wpt = roundTrip(
        "wpt",
        "WebPageTest's connectivity profiles",
        [
            ("dial-up", 49, 30, 120), ("edge", 240, 200, 840), ("2g", 280, 256, 800), ("3g-slow", 400, 400, 400),
            ("3g", 1600, 768, 300), ("3g-fast", 1600, 768, 150), ("4g", 9000, 9000, 170), ("lte", 12000, 12000, 70),
            ("dsl", 1500, 384, 50), ("cable", 5000, 1000, 28), ("fios", 20000, 5000, 4),
        ]
    )

    private static let apple: [Preset] = {
        let source = "Apple's Network Link Conditioner, as its users have published the values"
        let meaning = "delay is one way, in each direction its own"
        let rows: [(String, down: (Double, Double, Double), up: (Double, Double, Double))] = [
            ("3g", (780, 100, 0), (330, 100, 0)),
            ("3g-good", (850, 90, 0), (420, 100, 0)),
            ("3g-lossy", (780, 100, 1), (330, 100, 1)),
            ("edge", (240, 400, 0), (200, 440, 0)),
            ("edge-good", (250, 350, 0), (200, 370, 0)),
            ("edge-lossy", (240, 400, 1), (200, 440, 1)),
            ("lte", (50000, 50, 0), (10000, 65, 0)),
            ("dsl", (2000, 5, 0), (256, 5, 0)),
            ("very-bad", (1000, 500, 10), (1000, 500, 10)),
        ]
        let all = rows.map { name, down, up in
            Preset(
                name: "apple:\(name)",
                source: source,
                meaning: meaning,
                words: LinkWords(up: [way(up.0, up.1, up.2)], down: [way(down.0, down.1, down.2)])
            )
        }
        let nothing = ConditionWords(["blackhole": "true"])
        return all + [
            Preset(
                name: "apple:100-loss",
                source: source,
                meaning: "everything is lost, both ways",
                words: LinkWords(up: [nothing], down: [nothing])
            )
        ]
    }()

    private static let sat = [
        Preset(
            name: "sat:geo",
            source: "APNIC blog, 2022-05-02: 477 ms by physics, about 600 ms as a rule",
            meaning: "600 ms there and back, half each way; no rate is said",
            words: LinkWords(up: [way(nil, 300, 0)], down: [way(nil, 300, 0)])
        ),
        Preset(
            name: "sat:leo",
            source:
                "APNIC blog, 2022-11-28 (Starlink, to Europe: median 50 ms, least 20 ms); rescheduled every 15 s (G. Huston)",
            meaning: "there and back 20 to 80 ms, another value every 15 s for all connections alike; no rate is said",
            words: LinkWords(up: [leo], down: [leo])
        ),
    ]

    private static let leo = ConditionWords(["latency": "10ms", "step": "30ms", "step_every": "15s"])

    private static func roundTrip(
        _ space: String,
        _ source: String,
        _ rows: [(name: String, down: Double, up: Double, roundTrip: Double)]
    ) -> [Preset] {
        rows.map { row in
            Preset(
                name: "\(space):\(row.name)",
                source: source,
                meaning: "\(Int(row.roundTrip)) ms there and back, half each way",
                words: LinkWords(
                    up: [way(row.up, row.roundTrip / 2, 0)],
                    down: [way(row.down, row.roundTrip / 2, 0)]
                )
            )
        }
    }

    /// - Parameters:
    ///   - rate: In kbit/s; nil for none.
    ///   - delay: In milliseconds, one way.
    ///   - loss: In percent.
    private static func way(_ rate: Double?, _ delay: Double, _ loss: Double) -> ConditionWords {
        var texts = ["latency": Duration.nanoseconds(Int64(delay * 1e6)).text]
        if let rate { texts["rate"] = ByteRate(bitsPerSecond: UInt64(rate * 1000)).description }
        if loss > 0, let loss = Probability(loss / 100) { texts["loss"] = loss.description }
        return ConditionWords(texts)
    }
}
