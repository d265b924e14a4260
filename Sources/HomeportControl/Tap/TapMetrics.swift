import HomeportTap

/// What the record holds and has given up, in Prometheus' text format.
enum TapMetrics {
    static func text(_ counters: TapStore.Counters) -> String {
        var page = MetricsPage()
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
}
