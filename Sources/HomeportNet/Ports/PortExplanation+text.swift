import HomeportCore

extension PortExplanation {
    /// The same for people: a label and what there is to say, each line a sentence.
    package var text: [(label: String, lines: [String])] {
        [
            ("class", [classText]),
            ("name", [nameText]),
            ("leased", leasedTo.map { ["to \($0)"] } ?? []),
            ("kernel", kernelText),
            ("browsers", [isRefusedByBrowsers ? "refuse to open it: it is on their list of blocked ports" : "open it"]),
            ("held by", holders.isEmpty ? ["nobody"] : holders.map { "\($0.summary), \($0.exposure.text)" }),
            ("traffic", trafficText),
            ("beware", loopbacksDiffer ? ["127.0.0.1 and ::1 are answered by different programs"] : []),
            ("verdict", [canListen ? "one can listen on both loopbacks now" : obstacle ?? "one cannot listen"]),
            ("fix", fix.map { [$0] } ?? []),
        ].filter { !$0.1.isEmpty }
    }

    private var classText: String {
        switch range {
        case .system: "system (1-1023): assigned by IANA to well-known services"
        case .user: "user (1024-49151): assigned by IANA on request"
        case .dynamic: "dynamic (49152-65535): never assigned, for private use"
        }
    }

    private var nameText: String {
        let registered = registeredName.map { "registered as \($0)" } ?? "not registered here"
        return usedInDevelopment.map { "\(registered); used by \($0)" } ?? registered
    }

    private var kernelText: [String] {
        var lines = [
            isEphemeral
                ? "may give it to any outgoing connection: those get \(ephemeralRange)"
                : "does not give it to outgoing connections: those get \(ephemeralRange)"
        ]
        if isReserved { lines.append("keeps it reserved (ip_local_reserved_ports)") }
        if needsPrivilege { lines.append("lets only privileged programs listen there") }
        return lines
    }

    private var trafficText: [String] {
        var parts: [String] = []
        if connections > 0 { parts.append("\(connections) connection\(connections == 1 ? "" : "s")") }
        if remembered > 0 { parts.append("\(remembered) closed and remembered for up to a minute (TIME_WAIT)") }
        return parts.isEmpty ? [] : [parts.inWords]
    }
}

extension Exposure {
    /// To follow a comma.
    package var text: String {
        switch self {
        case .loopback: "reachable only from this machine"
        case .oneAddress: "reachable from the networks of one interface"
        case .everything: "reachable from every network this machine is on"
        }
    }
}
