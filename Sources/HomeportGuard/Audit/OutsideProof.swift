import HomeportNet

/// What came of trying a listener from outside.
package enum OutsideProof: String, Sendable, Hashable, Codable {
    /// Somebody answered.
    case reached
    /// The machine said that nobody listens there.
    case refused
    /// Nothing came: dropped on the way; of UDP also that nobody felt like answering.
    case silent

    init(_ outcome: ContactTrial.Outcome) {
        self =
            switch outcome {
            case .answered: .reached
            case .refused: .refused
            case .silent: .silent
            }
    }
}

extension Audit {
    /// The same, where it was tried: what cannot be reached is no more than worth knowing, and what should not be and can is the worst.
    /// - Parameter proofs: By the places of listeners.
    package func proven(_ proofs: [Int: OutsideProof]) -> Audit {
        var audit = self
        for (index, proof) in proofs {
            var listener = audit.listeners[index]
            listener.proof = proof
            let byPlace: Set<AuditFinding.Code> = [
                .wildcard, .wildcardDynamic, .oneAddress, .leakyLoopback, .forwarder,
            ]
            if proof != .reached, listener.transport == .tcp || proof == .refused {
                for place in listener.findings.indices where byPlace.contains(listener.findings[place].code) {
                    listener.findings[place].severity = .low
                    listener.findings[place].text += "; tried from outside, it was not reached (\(proof.rawValue))"
                }
            }
            if proof == .reached, listener.exposure == .loopback || listener.exposure == .leakyLoopback {
                listener.findings.removeAll { $0.code == .leakyLoopback }
                listener.findings.insert(
                    AuditFinding(
                        code: .leakyLoopback,
                        severity: .high,
                        text: "it listens on the loopback, and was reached from outside",
                        fix: "sysctl -w net.ipv4.conf.all.route_localnet=0; or homeport firewall apply"
                    ),
                    at: 0
                )
            }
            audit.listeners[index] = listener
        }
        return audit
    }
}
