package import HomeportCore
import HomeportNet

/// What came of trying a listener from outside.
package enum OutsideProof: String, Sendable, Hashable, Codable {
    /// Somebody answered.
    case reached
    /// The machine said that nobody listens there.
    case refused
    /// Nothing came: dropped on the way; of UDP also that nobody felt like answering.
    case silent

    /// Nil where it was not tried after all.
    init?(_ outcome: ContactTrial.Outcome) {
        switch outcome {
        case .answered: self = .reached
        case .refused: self = .refused
        case .silent: self = .silent
        case .untried: return nil
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
                .wildcard, .wildcardDynamic, .oneAddress, .leakyLoopback, .forwarder, .published,
            ]
            if proof != .reached, listener.transport == .tcp || proof == .refused {
                for place in listener.findings.indices where byPlace.contains(listener.findings[place].code) {
                    listener.findings[place].severity = .low
                    listener.findings[place].text += "; tried from outside, it was not reached (\(proof.rawValue))"
                    let fix = listener.findings[place].fix
                    listener.findings[place].fix =
                        "nothing, if what keeps it from outside is there to stay; else \(fix)"
                }
            }
            if proof == .reached, listener.exposure == .loopback || listener.exposure == .leakyLoopback {
                listener.findings.removeAll { $0.code == .leakyLoopback }
                listener.findings.insert(
                    AuditFinding(
                        code: .leakyLoopback,
                        severity: .high,
                        text: "it listens on the loopback, and was reached from outside",
                        fix: "sysctl -a -r route_localnet shows what lets it in; or homeport firewall apply"
                    ),
                    at: 0
                )
            }
            audit.listeners[index] = listener
        }
        return audit
    }
}

extension HomeportError.Code {
    /// Nothing can be tried from outside.
    package static let proofDenied = Self("proof.denied", .world)
}
