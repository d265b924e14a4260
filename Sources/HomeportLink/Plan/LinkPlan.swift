package import HomeportCore
package import HomeportNet

/// A link as a plan has it.
package struct LinkPlan: Sendable, Equatable {
    package enum Target: Sendable, Equatable {
        case service(ServiceName)
        case endpoint(Endpoint)
    }

    /// `slow-db`, or `api -> db`.
    package var name: String
    /// Nil: any port that is free on both loopbacks.
    package var listen: ListenPlace?
    package var to: Target
    /// Links of one group can share a rate, and are cut and healed together.
    package var group: String?
    /// How long a flow of datagrams lives without one.
    package var idle = Duration.seconds(60)
    /// How long a connection upstream may take to come about.
    package var connectTimeout = Duration.seconds(10)
    /// What chance begins with; nil is made from the name, so that it is the same each time.
    package var seed: UInt64?
    /// Whether it may lead beyond this machine.
    package var remote = false
    package var edit = LinkEdit()
    /// What is to be done again, beside the words.
    package var recording: Recording?

    package init(name: String, to: Target) {
        self.name = name
        self.to = to
    }

    /// Whether it stands between the door and a service, and listens nowhere.
    package var isFromDoor: Bool { name.hasPrefix(Self.door + " -> ") }

    /// Who uses it, for `api -> db`; nil where that is not said.
    package var from: String? { name.firstRange(of: " -> ").map { String(name[..<$0.lowerBound]) } }

    /// Who it is that such links come from.
    package static let door = "door"

    package var isDatagram: Bool { if case .endpoint(let endpoint) = to { endpoint.scheme == .udp } else { false } }

    /// What it does when it starts.
    package func settings() throws(HomeportError) -> LinkSettings {
        try edit.applied(to: LinkSettings(), isDatagram: isDatagram)
    }

    /// `127.0.0.1:5432`, or a service's name.
    package var target: String {
        switch to {
        case .service(let name): name.text
        case .endpoint(let endpoint): endpoint.description
        }
    }
}
