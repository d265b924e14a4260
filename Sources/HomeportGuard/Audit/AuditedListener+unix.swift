import HomeportNet

extension AuditedListener {
    /// A unix socket.
    /// - Parameter uid: Whose it is.
    init(_ listener: UnixListener, of uid: UInt32, user: String?, process: RunningProcess?, in network: String) {
        let name = process?.command ?? "it"
        var findings: [AuditFinding] = []
        if listener.isAbstract {
            findings.append(
                AuditFinding(
                    code: .unixOpen,
                    severity: .low,
                    text:
                        "every process of this network namespace may connect to \(name): an abstract socket has no mode",
                    fix: "let it listen at a file in a folder of mode 0700, or ask who connects (SO_PEERCRED)"
                )
            )
        } else if listener.reach == .everyone {
            findings.append(
                AuditFinding(
                    code: .unixOpen,
                    severity: .low,
                    text: "every user of this machine may connect to \(name)",
                    fix: "if they should not: chmod 600 \(listener.name)"
                )
            )
        }
        self.init(
            network: network,
            transport: .unix,
            address: listener.name,
            port: 0,
            uid: uid,
            user: user,
            process: process,
            exposure: .unix,
            findings: findings
        )
    }
}
