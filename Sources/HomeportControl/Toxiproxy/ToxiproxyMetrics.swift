import HomeportLink
import HomeportNet
import HomeportRuntime

/// The answer to `/metrics`.
enum ToxiproxyMetrics {
    static func text(_ project: Project, _ options: ToxiproxyOptions) async -> String {
        var text = ""
        if options.proxyMetrics {
            let links = await project.status.links
            var page = MetricsPage()
            page.family(
                "toxiproxy_proxy_received_bytes_total",
                .counter,
                "The total number of bytes received on a given proxy in a given direction"
            ) { sample in
                for link in links {
                    sample(labels(link, "downstream"), "\(link.down.received)")
                    sample(labels(link, "upstream"), "\(link.up.received)")
                }
            }
            page.family(
                "toxiproxy_proxy_sent_bytes_total",
                .counter,
                "The total number of bytes sent on a given proxy in a given direction"
            ) { sample in
                for link in links {
                    sample(labels(link, "downstream"), "\(link.down.bytes)")
                    sample(labels(link, "upstream"), "\(link.up.bytes)")
                }
            }
            text += page.text + LinkMetrics.text(links)
        }
        if options.runtimeMetrics { text += process }
        return text
    }

    private static func labels(_ link: LinkStatus, _ direction: String) -> [(String, String)] {
        [
            ("direction", direction), ("listener", link.addresses.first ?? ""), ("proxy", link.name),
            ("upstream", link.target),
        ]
    }

    /// What Prometheus calls a process's own. There is no Go in this one, and so nothing to say of `go_`.
    private static var process: String {
        var page = MetricsPage()
        page.family("process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds.") {
            $0([], "\(ProcessUsage.processorSeconds)")
        }
        page.family("process_max_resident_memory_bytes", .gauge, "Most resident memory there was, in bytes.") {
            $0([], "\(ProcessUsage.mostResident)")
        }
        return page.text
    }
}
