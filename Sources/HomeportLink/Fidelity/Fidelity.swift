import HomeportConditions
package import HomeportCore
import NIOCore

/// Measures what links on this machine are worth: asked against got, through real sockets.
///
/// What a link without conditions takes is measured first and taken off, so that what is left is the conditions' error.
package struct Fidelity: Sendable {
    private let groups: ProbeGroups
    /// How long each measure lasts, as a multiple of the usual.
    private let length: Double
    private let progress: @Sendable (String) -> Void

    /// - Parameter progress: Told what is measured next.
    package init(groups: ProbeGroups, isQuick: Bool, progress: @escaping @Sendable (String) -> Void) {
        self.groups = groups
        self.length = isQuick ? 0.3 : 1
        self.progress = progress
    }

    package func report() async throws -> FidelityReport {
        var report = FidelityReport()
        for connections in [1, 100] {
            let base = try await base(connections)
            for asked in [1, 5, 20, 100] {
                report.measures.append(try await latency(Double(asked), connections, base))
            }
        }
        let base = try await datagramBase()
        for (name, distribution) in [
            ("uniform", Distribution.uniform), ("normal", .normal), ("pareto", .pareto),
            ("paretonormal", .paretonormal),
        ] {
            report.measures.append(try await jitter(name, distribution, base))
        }
        for word in ["100kB/s", "1MB/s", "10MB/s", "100MB/s"] {
            report.measures.append(try await rate(ByteRate(parsing: word), word))
        }
        report.measures.append(try await loss("1%", burst: 1))
        report.measures.append(try await loss("p=1%,r=25%", burst: 4))
        return report
    }

    private func edit(_ words: String) throws -> LinkEdit { try LinkEdit.read("{\(words)}", file: "verify") }

    private func seconds(_ usual: Double) -> TimeAmount { .nanoseconds(Int64(usual * length * 1e9)) }

    // MARK: Latency

    private func pings(_ connections: Int, _ words: String, _ usual: Double) async throws -> [Double] {
        try await StreamProbe.oneWay(
            through: edit(words),
            connections: connections,
            for: seconds(usual),
            pause: connections == 1 ? .milliseconds(5) : .milliseconds(50),
            groups: groups
        ).sorted()
    }

    private func base(_ connections: Int) async throws -> Double {
        progress("a link without conditions")
        return try await pings(connections, "", 2).percentile(0.5) ?? .nan
    }

    private func latency(_ asked: Double, _ connections: Int, _ base: Double) async throws -> FidelityReport.Measure {
        let name = "\(Int(asked)) ms, \(connections) \(connections == 1 ? "connection" : "connections")"
        progress("latency \(name)")
        let times = try await pings(connections, "latency: \(Int(asked))ms", connections == 1 && asked > 50 ? 6 : 3)
        let errors = times.map { $0 - asked - base }
        let (p50, p99) = (errors.percentile(0.5) ?? .nan, errors.percentile(0.99) ?? .nan)
        let early = asked - (times.first ?? .nan)
        return FidelityReport.Measure(
            kind: "latency",
            asked: name,
            got: "p50 \(signed(p50)), p99 \(signed(p99)), most \(signed(errors.last ?? .nan)) ms",
            tolerance: "p50 ≤ 0.2, p99 ≤ 1 ms, never early",
            isWithin: p50 <= 0.2 && p99 <= 1 && early <= 0,
            samples: times.count,
            figures: [
                "p50_ms": p50, "p99_ms": p99, "max_ms": errors.last ?? .nan, "earliest_ms": -early, "without_ms": base,
            ],
            plot: FidelityReport.Plot(
                title: "latency \(name)",
                xTitle: "error, ms",
                yTitle: "share below",
                got: cumulative(errors),
                asked: [(0, 0), (0, 1)]
            )
        )
    }

    // MARK: Jitter

    private func datagrams(_ words: String, _ count: Int) async throws -> [Double?] {
        try await DatagramProbe.oneWay(
            through: edit(words),
            count: Int(Double(count) * length),
            gap: .milliseconds(1),
            patience: .milliseconds(400),
            groups: groups
        )
    }

    private func datagramBase() async throws -> Double {
        progress("a link for UDP without conditions")
        return try await datagrams("", 1000).compactMap { $0 }.sorted().percentile(0.5) ?? .nan
    }

    private func jitter(_ name: String, _ distribution: Distribution, _ base: Double) async throws
        -> FidelityReport.Measure
    {
        progress("jitter \(name)")
        let (mean, jitter) = (100.0, 20.0)
        let words = "direction: up, latency: 100ms, jitter: 20ms, distribution: \(name)"
        let times = try await datagrams(words, 4000).compactMap { $0 }.sorted()
        let inUnits = times.map { ($0 - base - mean) / jitter }
        let distance = Statistics.distance(inUnits, to: distribution)
        let most = Statistics.criticalDistance(inUnits.count)
        return FidelityReport.Measure(
            kind: "jitter",
            asked: "\(name), 100 ms ± 20 ms, UDP",
            got: "Kolmogorov-Smirnov D \(thousandths(distance))",
            tolerance: "D ≤ \(thousandths(most))",
            isWithin: distance <= most && !inUnits.isEmpty,
            samples: inUnits.count,
            figures: ["d": distance, "d_critical": most],
            plot: FidelityReport.Plot(
                title: "jitter \(name)",
                xTitle: "delay, ms",
                yTitle: "share below",
                got: cumulative(times.map { $0 - base }),
                asked: stride(from: 0.005, to: 1, by: 0.005).map { (mean + jitter * distribution.quantile($0), $0) }
            )
        )
    }

    // MARK: Rate

    private func rate(_ rate: ByteRate, _ name: String) async throws -> FidelityReport.Measure {
        progress("rate \(name)")
        let seen = try await StreamProbe.bulk(through: edit("rate: \(name)"), for: seconds(3), groups: groups)
        guard let first = seen.first, let last = seen.last, last.at > first.at else {
            throw HomeportError(.verifyBroken, "nothing came at a rate of \(name)")
        }
        let bytes = seen.dropFirst().reduce(0) { $0 + $1.bytes }
        let got = Double(bytes) / Double(last.at - first.at) * 1e9
        let error = (got / rate.bytesPerSecond - 1) * 100
        // A token bucket's depth: how far what came was ahead of the line.
        var (level, before) = (0.0, first.at)
        let depths = seen.map { at, count in
            level = max(0, level - Double(at - before) / 1e9 * rate.bytesPerSecond) + Double(count)
            before = at
            return level / rate.bytesPerSecond * 1000
        }
        let burst = depths.sorted().percentile(0.999) ?? .nan
        var sum = 0.0
        let curve = thinned(
            seen.map { at, count in
                sum += Double(count)
                return (Double(at) / 1e9, sum / 1e6)
            }
        )
        return FidelityReport.Measure(
            kind: "rate",
            asked: name,
            got: "error \(signed(error)) %, burst p99.9 \(hundredths(burst)) ms worth, first byte after "
                + "\(hundredths(Double(first.at) / 1e6)) ms",
            tolerance: "error ≤ 1 %, burst ≤ 5 ms worth",
            isWithin: abs(error) <= 1 && burst <= 5,
            samples: seen.count,
            figures: ["error_percent": error, "burst_ms": burst, "first_byte_ms": Double(first.at) / 1e6],
            plot: FidelityReport.Plot(
                title: "rate \(name)",
                xTitle: "seconds",
                yTitle: "MB",
                got: curve,
                asked: [(0, 0), (Double(last.at) / 1e9, Double(last.at) / 1e9 * rate.bytesPerSecond / 1e6)]
            )
        )
    }

    // MARK: Loss

    private func loss(_ words: String, burst: Double) async throws -> FidelityReport.Measure {
        progress("loss \(words)")
        let times = try await datagrams("direction: up, loss: \"\(words)\"", 6000)
        let rate = try LossProcess.Model(parsing: words).rate
        let got = Double(times.count { $0 == nil }) / Double(max(1, times.count))
        // Losses that come in bursts spread wider: for Gilbert's chain by (1 + λ) / (1 − λ) with λ = 1 − p − r.
        let memory = burst > 1 ? 1 - 0.01 - 1 / burst : 0
        let range = Statistics.lossInterval(rate, times.count, inflation: (1 + memory) / (1 - memory))
        return FidelityReport.Measure(
            kind: "loss",
            asked: "\(words) (\(hundredths(rate * 100)) %), UDP",
            got: "\(hundredths(got * 100)) % lost",
            tolerance:
                "\(hundredths(range.lowerBound * 100)) to \(hundredths(range.upperBound * 100)) % (99 of 100 times)",
            isWithin: range.contains(got),
            samples: times.count,
            figures: ["lost": got, "least": range.lowerBound, "most": range.upperBound],
            plot: nil
        )
    }

    // MARK: Words and curves

    private func cumulative(_ sorted: [Double]) -> [(x: Double, y: Double)] {
        thinned(sorted.enumerated().map { ($1, Double($0 + 1) / Double(sorted.count)) })
    }

    /// As many points as a picture shows.
    private func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        guard points.count > 300 else { return points }
        return (0..<300).map { points[$0 * (points.count - 1) / 299] }
    }

    private func hundredths(_ value: Double) -> String { decimal(value, 100) }
    private func thousandths(_ value: Double) -> String { decimal(value, 1000) }
    private func signed(_ value: Double) -> String { (value >= 0 ? "+" : "") + hundredths(value) }

    private func decimal(_ value: Double, _ parts: Double) -> String {
        value.isFinite ? "\((value * parts).rounded() / parts)" : "?"
    }
}

extension HomeportError.Code {
    package static let verifyBroken = Self("verify.broken", .world)
}
