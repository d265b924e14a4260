import HomeportCore
package import HomeportHTTP
package import HomeportNet
import Synchronization

/// What is asked of every request before anything else is done with it: Host, and Origin where something could change.
package final class AccessPolicy: RequestPolicy {
    /// A class, so that to take them is to count one reference.
    package final class Rules: Sendable {
        let hosts: HostRule?
        let origins: OriginRule

        package init(_ hosts: HostRule?, _ origins: OriginRule) { (self.hosts, self.origins) = (hosts, origins) }
    }

    private let present: Mutex<Rules>

    /// - Parameters:
    ///   - hosts: nil for any: where others were let in on purpose, by whatever names they know this machine.
    ///   - origins: Whose pages may change something, beside those of the same origin.
    package init(hosts: HostRule? = HostRule(), origins: OriginRule = OriginRule()) {
        present = Mutex(Rules(hosts, origins))
    }

    /// For the next request on.
    package var rules: Rules {
        get { present.withLock { $0 } }
        set { present.withLock { $0 = newValue } }
    }

    package func refuse(_ head: RequestHead, from peer: Peer) -> Refusal? {
        let rules = rules
        // Without any Host it is HTTP/1.0, which no browser speaks, so that no page can have made it.
        if let hosts = rules.hosts, !(head.authority.isEmpty && !head.fields.has(.host)),
            !head.with(head.authority, { hosts.allows($0) })
        {
            return Self.foreign(head)
        }
        // A WebSocket is a way to read and to change, begun by a GET that no browser asks anybody for.
        let isHarmless = head.method.isSafe && !head.fields.has(.upgrade)
        return isHarmless || rules.origins.allows(head) ? nil : Self.foreignPage(head)
    }

    private static func foreignPage(_ head: RequestHead) -> Refusal {
        let what =
            head.fields.has(.upgrade)
            ? "open a WebSocket here" : "change anything here"
        let origin = head.fields.text(.origin).flatMap { try? WebOrigin(parsing: $0) }
        let setting = origin.map { "; if it should, write access: { origins: \($0.text) } in the plan" } ?? ""
        return Refusal(403, "origin.foreign", "a page of another origin may not \(what)\(setting)")
    }

    /// Names the setting, if it is one that can be set.
    private static func foreign(_ head: RequestHead) -> Refusal {
        let host = head.with(head.authority) { $0.extracting(Authority.host(of: $0)).string }
        if host.isEmpty { return Refusal(421, "host.foreign", "the request names no host") }
        let setting = (try? HostPattern(parsing: host)).map { _ in
            "; if it should, write access: { hosts: \(host) } in the plan, or start Homeport with --host \(host)"
        }
        return Refusal(
            421,
            "host.foreign",
            "this server answers for localhost and *.localhost, not for \"\(host)\"" + (setting ?? "")
        )
    }
}
