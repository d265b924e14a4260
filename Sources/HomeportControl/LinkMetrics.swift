import HomeportLink

/// What links have done, in Prometheus' text format (0.0.4): counted while it happens, not when connections end.
enum LinkMetrics {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(_ links: [LinkStatus]) -> String {
        var page = MetricsPage()
        page.family("homeport_link_connections", .gauge, "Connections or flows that are open.") { sample in
            for link in links { sample(labels(link), "\(link.open)") }
        }
        page.family("homeport_link_connections_total", .counter, "Connections or flows there ever were.") { sample in
            for link in links { sample(labels(link), "\(link.opened)") }
        }
        page.family("homeport_link_dial_failures_total", .counter, "Connections for which nobody was found.") {
            sample in
            for link in links { sample(labels(link), "\(link.failed)") }
        }
        page.family("homeport_link_received_bytes_total", .counter, "Bytes that have come.") { sample in
            for (link, way, name) in ways(links) { sample(labels(link) + [("direction", name)], "\(way.received)") }
        }
        page.family("homeport_link_sent_bytes_total", .counter, "Bytes that have gone on.") { sample in
            for (link, way, name) in ways(links) { sample(labels(link) + [("direction", name)], "\(way.bytes)") }
        }
        page.family(
            "homeport_link_condition_hits_total",
            .counter,
            "Packets or pieces that a condition held back, changed or threw away."
        ) { sample in
            for (key, effect) in effects(links) { sample(key, "\(effect.hits)") }
        }
        page.family(
            "homeport_link_condition_delay_seconds_total",
            .counter,
            "By how much a condition held them back, in all."
        ) { sample in
            for (key, effect) in effects(links) { sample(key, "\(effect.milliseconds / 1000)") }
        }
        page.family("homeport_link_condition_discarded_bytes_total", .counter, "Bytes that a condition threw away.") {
            sample in
            for (key, effect) in effects(links) { sample(key, "\(effect.discardedBytes)") }
        }
        page.family("homeport_link_http_faults_total", .counter, "Requests of HTTP that a fault has met.") { sample in
            for link in links {
                for (place, fault) in link.http.enumerated() {
                    sample(labels(link) + [("place", "\(place)"), ("fault", fault.fault)], "\(fault.requests)")
                }
            }
        }
        return page.text
    }

    private static func labels(_ link: LinkStatus) -> [(String, String)] {
        [("link", link.name), ("transport", link.transport)]
    }

    private static func ways(_ links: [LinkStatus]) -> [(LinkStatus, LinkStatus.Way, String)] {
        links.flatMap { [($0, $0.up, "up"), ($0, $0.down, "down")] }
    }

    /// Several of one word in one direction are one series: a page may name no series twice.
    private static func effects(_ links: [LinkStatus]) -> [(key: [(String, String)], effect: LinkStatus.Effect)] {
        ways(links).flatMap { link, way, direction in
            Dictionary(grouping: way.effects, by: \.condition).sorted { $0.key < $1.key }.map { word, all in
                var sum = all[0]
                for one in all.dropFirst() {
                    sum.hits &+= one.hits
                    sum.milliseconds += one.milliseconds
                    sum.discardedBytes &+= one.discardedBytes
                }
                return (labels(link) + [("direction", direction), ("condition", word), ("kind", sum.kind)], sum)
            }
        }
    }
}

/// Families of samples as Prometheus reads them.
struct MetricsPage {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    mutating func family(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ samples: ((_ labels: [(String, String)], _ value: String) -> Void) -> Void
    ) {
        var lines = head(name, kind, help)
        samples { lines += Self.line(name, $0, $1) }
        text += lines
    }

    /// - Parameter samples: Each with what stands behind the family's name in its own: `_bucket`, `_sum`, `_count`.
    mutating func histogram(
        _ name: String,
        _ help: String,
        _ samples: ((_ suffix: String, _ labels: [(String, String)], _ value: String) -> Void) -> Void
    ) {
        var lines = head(name, .histogram, help)
        samples { lines += Self.line(name + $0, $1, $2) }
        text += lines
    }

    private func head(_ name: String, _ kind: Kind, _ help: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: String) -> String {
        let pairs = labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
        return labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
