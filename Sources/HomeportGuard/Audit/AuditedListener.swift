package import HomeportNet

/// A socket that waits for strangers, with what is known and what is thought of it.
package struct AuditedListener: Sendable, Hashable, Codable {
    package enum Transport: String, Sendable, Hashable, Codable {
        case tcp, udp, unix

        init(_ transport: SocketRecord.Transport) {
            switch transport {
            case .tcp: self = .tcp
            case .udp: self = .udp
            }
        }
    }

    /// From where it can be reached, as far as addresses, routes and who owns it say; firewalls may narrow it.
    package enum Exposure: String, Sendable, Hashable, Codable {
        case loopback
        /// A file, or an abstract name: this machine's programs.
        case unix
        /// Loopback, on a machine that routes it.
        case leakyLoopback = "loopback-leaky"
        case oneAddress = "one-address"
        case everything
        /// By a program that passes on what comes from outside, or by the kernel itself.
        case forwarded
    }

    /// `host`, or the name of another network namespace.
    package var network: String
    package var transport: Transport
    /// Of a unix socket the path, or `@` and the abstract name.
    package var address: String
    /// 0 for a unix socket.
    package var port: UInt16
    package var uid: UInt32
    package var user: String?
    /// Nil where it cannot be seen.
    package var process: RunningProcess?
    package var exposure: Exposure
    /// Of a port that no program listens on: where the kernel leads it.
    package var leadsTo: String?
    package var findings: [AuditFinding]
    /// What came of trying it from outside; nil where it was not tried.
    package var proof: OutsideProof?

    /// What makes it the same listener another day: not its process, which has another number then.
    var key: String { "\(network) \(transport.rawValue) \(address) \(port) \(uid) \(process?.command ?? "")" }

    package var severity: AuditFinding.Severity? {
        AuditFinding.Severity.allCases.first { severity in findings.contains { $0.severity == severity } }
    }
}
