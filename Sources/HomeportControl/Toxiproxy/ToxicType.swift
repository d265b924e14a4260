import HomeportCore
import HomeportLink

/// The kinds of toxic that Toxiproxy has: their attributes, as its API has them, and what each is in a link's words.
enum ToxicType: String, CaseIterable {
    case bandwidth
    case latency
    case limitData = "limit_data"
    case noop
    case resetPeer = "reset_peer"
    case slicer
    case slowClose = "slow_close"
    case timeout

    /// In the order in which they are written. All of them are whole numbers, 0 unless said.
    var attributes: [String] {
        switch self {
        case .bandwidth: ["rate"]
        case .latency: ["latency", "jitter"]
        case .limitData: ["bytes"]
        case .noop: []
        case .resetPeer, .timeout: ["timeout"]
        case .slicer: ["average_size", "size_variation", "delay"]
        case .slowClose: ["delay"]
        }
    }

    /// What Toxiproxy declares for it.
    var shape: GoReader.Shape {
        let name =
            switch self {
            case .bandwidth: "BandwidthToxic"
            case .latency: "LatencyToxic"
            case .limitData: "LimitDataToxic"
            case .noop: "NoopToxic"
            case .resetPeer: "ResetToxic"
            case .slicer: "SlicerToxic"
            case .slowClose: "SlowCloseToxic"
            case .timeout: "TimeoutToxic"
            }
        return GoReader.Shape(type: "toxics.\(name)", name: name)
    }

    var integer: String { self == .slicer ? "int" : "int64" }

    /// What it does, in a link's words. Numbers that make no sense do what comes nearest: nothing is delayed by less than
    /// nothing, and a negative rate lets nothing through.
    func words(_ values: [Int64]) -> [(word: String, text: String)] {
        func time(_ index: Int, unit: Int64 = 1_000_000) -> String {
            let (nanoseconds, over) = max(0, values[index]).multipliedReportingOverflow(by: unit)
            return Duration.nanoseconds(min(over ? .max : nanoseconds, Self.longest)).text
        }
        func bytes(_ index: Int) -> String { "\(max(0, values[index]))B" }
        switch self {
        case .bandwidth:
            let rate = min(max(0, values[0]), Self.fastest)
            return [("rate", "\(rate)kB/s"), ("rate_per", "connection")]
        case .latency: return values[1] > 0 ? [("latency", time(0)), ("jitter", time(1))] : [("latency", time(0))]
        case .limitData: return [("limit_data", bytes(0))]
        case .noop: return []
        case .resetPeer: return [("reset_peer", time(0))]
        case .slicer:
            guard values[0] > 0 else { return [] }
            let size = min(values[0], 1 << 30)
            var words = [("slice", "\(size)B")]
            if values[1] > 0 { words.append(("slice_variation", "\(min(values[1], size - 1))B")) }
            if values[2] > 0 { words.append(("slice_pause", time(2, unit: 1000))) }
            return words
        case .slowClose: return [("slow_close", time(0))]
        case .timeout: return [("timeout", time(0))]
        }
    }

    /// A day, in nanoseconds: what words allow.
    private static let longest: Int64 = 86_400_000_000_000
    /// In kB/s.
    private static let fastest: Int64 = 1_000_000_000

    /// A link's words that say more about it than Toxiproxy can.
    var otherWords: [String] {
        ConditionWords.qualifierNames + (self == .latency ? ["distribution", "correlation"] : [])
    }

    /// The type that says what a condition does.
    /// - Returns: Its attributes, and the words that these say; nil where Toxiproxy has nothing for it.
    static func saying(_ condition: ConditionWords) -> (ToxicType, [Int64], said: [String])? {
        func time(_ word: String, unit: Int64 = 1_000_000) -> Int64? {
            guard let text = condition[named: word] else { return 0 }
            guard let time = try? Duration(parsing: text), time.wholeNanoseconds % unit == 0 else { return nil }
            return time.wholeNanoseconds / unit
        }
        func bytes(_ word: String) -> Int64? {
            guard let text = condition[named: word] else { return 0 }
            return (try? ByteCount(parsing: text)).map { Int64(clamping: $0.bytes) }
        }
        var found: (type: ToxicType, values: [Int64?], said: [String])
        let names = condition.all.map(\.name).filter { !ConditionWords.qualifierNames.contains($0) }
        switch names.first {
        case nil: found = (.noop, [], [])
        case "latency": found = (.latency, [time("latency"), time("jitter")], ["latency", "jitter"])
        case "rate":
            let rate = condition[named: "rate"].flatMap { try? ByteRate(parsing: $0) }
            let kilobytes = rate.flatMap {
                $0.bitsPerSecond % 8000 == 0 ? Int64(clamping: $0.bitsPerSecond / 8000) : nil
            }
            found = (
                .bandwidth, [condition[named: "rate_per"] == "connection" ? kilobytes : nil], ["rate", "rate_per"]
            )
        case "limit_data": found = (.limitData, [bytes("limit_data")], ["limit_data"])
        case "reset_peer": found = (.resetPeer, [time("reset_peer")], ["reset_peer"])
        case "slow_close": found = (.slowClose, [time("slow_close")], ["slow_close"])
        case "timeout": found = (.timeout, [time("timeout")], ["timeout"])
        case "slice":
            let values = [bytes("slice"), bytes("slice_variation"), time("slice_pause", unit: 1000)]
            found = (.slicer, values, ["slice", "slice_variation", "slice_pause"])
        default: return nil
        }
        let values = found.values.compactMap { $0 }
        let known = Set(found.said + found.type.otherWords)
        guard values.count == found.values.count, names.allSatisfy(known.contains) else { return nil }
        return (found.type, values, found.said)
    }
}
