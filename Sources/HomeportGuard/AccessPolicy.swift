package import HomeportHTTP
package import HomeportNet

/// What is asked of every request before anything else is done with it: Host, and Origin where something could change.
package struct AccessPolicy: RequestPolicy {
    private let hosts: HostRule

    package init(hosts: HostRule = HostRule()) { self.hosts = hosts }

    package func refuse(_ head: RequestHead, from peer: Peer) -> Refusal? {
        // Without any Host it is HTTP/1.0, which no browser speaks, so that no page can have made it.
        guard head.authority.isEmpty && !head.hasAny(of: [.host]) || head.with(head.authority, { hosts.allows($0) })
        else {
            let host = head.text(head.authority)
            return Refusal(
                421,
                "host.foreign",
                host.isEmpty
                    ? "the request names no host"
                    : "this server does not answer for \"\(host)\"; if it should, start it with --host \(Self.name(host))"
            )
        }
        guard head.method.isSafe || OriginRule.allows(head) else {
            return Refusal(403, "origin.foreign", "a page of another origin may not change anything here")
        }
        return nil
    }

    private static func name(_ host: String) -> String {
        host.hasPrefix("[") ? host : String(host.prefix { $0 != ":" })
    }
}
