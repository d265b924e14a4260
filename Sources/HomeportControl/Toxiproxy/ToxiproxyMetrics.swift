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
            let counted: [(word: String, count: KeyPath<LinkStatus.Way, UInt64>)] = [
                ("received", \.received), ("sent", \.bytes),
            ]
            for (word, count) in counted {
                page.family(
                    "toxiproxy_proxy_\(word)_bytes_total",
                    .counter,
                    "The total number of bytes \(word) on a given proxy in a given direction"
                ) { sample in
                    for link in links {
                        sample(labels(link, "downstream"), "\(link.down[keyPath: count])")
                        sample(labels(link, "upstream"), "\(link.up[keyPath: count])")
                    }
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
