import HomeportTap

/// What was asked of services through the door and through links, and what the record of it holds and has given up, in Prometheus' text
/// format. Nothing is counted where nothing is taken down (`tap: false`).
enum TapMetrics {
    static func text(_ store: TapStore) -> String {
        let counters = store.counters
        var page = MetricsPage()
        services(store.services.sorted { $0.key.text < $1.key.text }.map { (label($0.key), $0.value) }, &page)
        page.family("homeport_tap_exchanges_total", .counter, "Exchanges that were taken down.") {
            $0([], "\(counters.total)")
        }
        page.family("homeport_tap_exchanges", .gauge, "Exchanges that are in the record.") {
            $0([], "\(counters.rows)")
        }
        page.family("homeport_tap_bytes", .gauge, "Memory of the record.") { $0([], "\(counters.bytes)") }
        page.family("homeport_tap_dropped_exchanges_total", .counter, "Exchanges that were given up for newer ones.") {
            $0([], "\(counters.droppedRows)")
        }
        page.family("homeport_tap_dropped_bodies_total", .counter, "Bodies that were given up for newer ones.") {
            $0([], "\(counters.droppedBodies)")
        }
        return page.text
    }

    /// Services and links may have one name.
    private static func label(_ name: ServiceCount.Name) -> (String, String) {
        (name.isOfLink ? "link" : "service", name.text)
    }

    private static func services(_ all: [((String, String), ServiceCount)], _ page: inout MetricsPage) {
        page.family("homeport_requests_total", .counter, "Requests, by the class of their answer; none is no answer.") {
            sample in
            for (name, count) in all {
                for (digit, requests) in count.answers.enumerated() where requests > 0 {
                    sample([name, ("code", digit == 0 ? "none" : "\(digit)xx")], "\(requests)")
                }
            }
        }
        page.histogram("homeport_request_duration_seconds", "How long requests took.") { sample in
            for (name, count) in all where count.took.contains(where: { $0 > 0 }) {
                var sum: UInt64 = 0
                for (index, requests) in count.took.enumerated() {
                    sum += requests
                    let bound = index < ServiceCount.bounds.count ? "\(ServiceCount.bounds[index])" : "+Inf"
                    sample("_bucket", [name, ("le", bound)], "\(sum)")
                }
                sample("_sum", [name], "\(Double(count.nanoseconds) / 1e9)")
                sample("_count", [name], "\(sum)")
            }
        }
        page.family("homeport_request_bytes_total", .counter, "Bytes of requests' bodies, and of what passed.") {
            sample in
            for (name, count) in all { sample([name], "\(count.receivedBytes)") }
        }
        page.family("homeport_answer_bytes_total", .counter, "Bytes of answers' bodies, and of what passed.") {
            sample in
            for (name, count) in all { sample([name], "\(count.sentBytes)") }
        }
        page.family("homeport_passages_total", .counter, "Connections and flows through links that were no HTTP.") {
            sample in
            for (name, count) in all where count.passages > 0 { sample([name], "\(count.passages)") }
        }
    }
}
