import HomeportNet

extension AuditedListener {
    /// One that no program has: the kernel leads on what comes there.
    init(_ port: PublishedPort, in facts: AuditFacts) {
        let first = port.ports.lowerBound
        let others = port.ports.count == 1 ? "" : ", and the ports to \(port.ports.upperBound) with it,"
        let target = port.target ?? "a place that its rule does not tell"
        let isLeak = port.target?.hasPrefix("127.") == true && !facts.leaks.isEmpty
        let address = port.address ?? "0.0.0.0"
        self.init(
            network: facts.network,
            transport: Transport(port.transport),
            address: address,
            port: first,
            uid: 0,
            exposure: .forwarded,
            leadsTo: target,
            findings: [
                AuditFinding(
                    code: .published,
                    severity: isLeak ? .high : .medium,
                    text:
                        "a rule of the kernel's leads it\(others) to \(target), as container engines publish ports: nobody listens here, and rules for incoming packets, such as ufw's, do not see it",
                    fix:
                        "publish it on the loopback only, as in docker run -p 127.0.0.1:\(first):80; or homeport firewall apply --ports \(first), which stands before it"
                )
            ]
        )
    }
}
