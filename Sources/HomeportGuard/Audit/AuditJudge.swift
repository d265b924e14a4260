import HomeportCore
import HomeportNet

/// What one listener is, by itself and beside those that share its port.
struct AuditJudge {
    let facts: AuditFacts
    let socket: SocketRecord
    /// All of its transport and port, itself too.
    let others: [SocketRecord]
    let process: RunningProcess?
    let owners: [UInt32: [RunningProcess]]

    /// Programs whose work it is to let the outside in.
    private static let forwarders: Set<String> = [
        "docker-proxy", "rootlessport", "rootlesskit", "slirp4netns", "pasta", "passt", "ssh", "socat", "kubectl",
        "containerd-shim",
    ]

    private var byAddress: Exposure { socket.exposure(loopbackInterface: facts.loopback) }
    private var isForwarder: Bool { process.map { Self.forwarders.contains($0.command) } ?? false }
    private var isDynamic: Bool { Port(socket.local.port)?.class == .dynamic }
    private var isIPv4: Bool { if case .v4 = socket.local.address.unmapped { true } else { false } }

    var exposure: AuditedListener.Exposure {
        switch byAddress {
        case .everything: isForwarder ? .forwarded : .everything
        case .oneAddress: isForwarder ? .forwarded : .oneAddress
        case .loopback: isIPv4 && !facts.leaks.isEmpty ? .leakyLoopback : .loopback
        }
    }

    var findings: [AuditFinding] {
        var found: [AuditFinding] = []
        let name = process?.command ?? "it"
        switch exposure {
        case .everything:
            found.append(
                AuditFinding(
                    code: isDynamic ? .wildcardDynamic : .wildcard,
                    severity: isDynamic ? .high : .medium,
                    text: "\(name) listens on every address: every network that the machine is on can reach it",
                    fix: "let it listen on 127.0.0.1 and ::1; or homeport firewall apply --ports \(socket.local.port)"
                )
            )
        case .forwarded:
            found.append(
                AuditFinding(
                    code: .forwarder,
                    severity: .medium,
                    text: "\(name) passes on what comes from outside: what is behind it is open, too",
                    fix: "publish it on the loopback only, as in docker run -p 127.0.0.1:\(socket.local.port):80"
                )
            )
        case .oneAddress:
            found.append(
                AuditFinding(
                    code: .oneAddress,
                    severity: isDynamic ? .medium : .low,
                    text: "the networks of \(socket.local.address) can reach it",
                    fix: "if they should not, let it listen on 127.0.0.1 and ::1"
                )
            )
        case .leakyLoopback:
            found.append(
                AuditFinding(
                    code: .leakyLoopback,
                    severity: .high,
                    text:
                        "route_localnet is on (\(facts.leaks.joined(separator: ", "))): neighbours on the network can reach the loopback",
                    fix:
                        facts.leaks.map { "sysctl -w net.ipv4.conf.\($0).route_localnet=0" }.joined(separator: "; ")
                        + "; or homeport firewall apply, which drops such packets"
                )
            )
        case .loopback, .unix: break
        }
        if let other = others.first(where: isOtherFamily) {
            found.append(
                AuditFinding(
                    code: .familySplit,
                    severity: .high,
                    text:
                        "the same port of the other family is uid \(other.uid)'s (\(other.local)): who asks for localhost meets one or the other",
                    fix: "listen on both 127.0.0.1 and ::1; homeport ports \(socket.local.port) tells who has it"
                )
            )
        }
        let sharing = others.filter {
            $0.local == socket.local && $0.inode != socket.inode && $0.interface == socket.interface
        }
        if socket.transport == .tcp, !sharing.isEmpty {
            found.append(
                AuditFinding(
                    code: .shared,
                    severity: isSharedWithinOneProgram(sharing) ? .low : .medium,
                    text:
                        "\(sharing.count + 1) sockets share it (SO_REUSEPORT): the kernel chooses whom a connection meets",
                    fix:
                        "if they are not one program's, end those that are not meant: homeport ports \(socket.local.port)"
                )
            )
        }
        return found
    }

    /// A listener that clients of this one's name may meet in its place.
    private func isOtherFamily(_ other: SocketRecord) -> Bool {
        let isSame = other.local.address.unmapped.familyName == socket.local.address.unmapped.familyName
        return !isSame && other.uid != socket.uid && other.transport == .tcp
            && [socket, other].allSatisfy(answersOnLoopback)
    }

    private func answersOnLoopback(_ socket: SocketRecord) -> Bool {
        socket.exposure(loopbackInterface: facts.loopback) != .oneAddress
    }

    private func isSharedWithinOneProgram(_ sharing: [SocketRecord]) -> Bool {
        guard let command = process?.command else { return false }
        return sharing.allSatisfy { owners[$0.inode]?.first?.command == command }
    }
}
