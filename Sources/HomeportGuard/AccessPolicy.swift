import HomeportCore
package import HomeportHTTP
package import HomeportNet

/// What is asked of every request before anything else is done with it: Host, and Origin where something could change.
package final class AccessPolicy: RequestPolicy {
    private let hosts: HostRule?

    /// - Parameter hosts: nil for any: where others were let in on purpose, by whatever names they know this machine.
    package init(hosts: HostRule? = HostRule()) { self.hosts = hosts }

    package func refuse(_ head: RequestHead, from peer: Peer) -> Refusal? {
        // Without any Host it is HTTP/1.0, which no browser speaks, so that no page can have made it.
        if let hosts, !(head.authority.isEmpty && !head.fields.hasAny(of: [.host])),
            !head.with(head.authority, { hosts.allows($0) })
        {
            return Self.foreign(head)
        }
        guard head.method.isSafe || OriginRule.allows(head) else {
            return Refusal(403, "origin.foreign", "a page of another origin may not change anything here")
        }
        return nil
    }

    /// Names the setting, if it is one that can be set.
    private static func foreign(_ head: RequestHead) -> Refusal {
        let host = head.with(head.authority) { $0.extracting(Authority.host(of: $0)).string }
        if host.isEmpty { return Refusal(421, "host.foreign", "the request names no host") }
        let setting = (try? HostPattern(parsing: host)).map { _ in
            "; if it should, start Homeport with --host \(host)"
        }
        return Refusal(
            421,
            "host.foreign",
            "this server answers for localhost and *.localhost, not for \"\(host)\"" + (setting ?? "")
        )
    }
}
