package import HomeportCore
package import HomeportDoor
package import HomeportGuard
package import HomeportHTTP
package import HomeportLink
package import HomeportNet
package import HomeportTap

/// How a project is run, as opposed to what: nothing of it stands in a plan.
package struct ProjectOptions: Sendable {
    /// Where the door listens; nil for no door, as with a link that stands alone.
    package var place: ListenPlace?
    /// Event loops; one for each core unless told.
    package var threads: Int
    /// Names beyond `localhost` that requests may ask for.
    package var hosts: [HostPattern] = []
    /// Whoever may come in; empty lets everybody in who reaches the door.
    package var credentials: [Credential] = []
    package var observer: (any ExchangeObserving)?
    package var deadlines = HTTPDeadlines()
    /// Keeps the record of what passes on disk, too.
    package var recorder: Recorder?
    /// A recording to be looked into, in the place of a record of its own.
    package var opened: TapStore?
    /// Told what the conditions of links decide.
    package var decisions: DecisionLog?
    /// The folder in which projects find others behind the same door; nil for a door of its own.
    package var neighbourhood: String?
    /// What this project's files there begin with.
    package var key = ""
    /// Whether it is for nothing if its services cannot have a name.
    package var needsNames = false
    /// Where ports are leased; nil takes free ones, for once.
    package var leases: LeaseFile?
    /// Where programs' output goes, beside the log.
    package var output = ProgramOutput()
    /// Whether its default service answers for every name, since nobody else could.
    package var isAlone = false
    /// Told once the door is open, before programs are started.
    package var onListening: @Sendable (ProjectStatus) -> Void = { _ in }
    /// Whether a command is run with it, which has to find every service.
    package var hasCommand = false
    /// The service for which the project is run: how its program ends is told by who runs it.
    package var main: ServiceName?
    /// Whether that program has this process's terminal.
    package var isAtTerminal = false
    /// Told what a person should know, and no request's answer says.
    package var onWarning: @Sendable (String) -> Void

    package init(place: ListenPlace?, threads: Int, onWarning: @escaping @Sendable (String) -> Void) {
        self.place = place
        self.threads = threads
        self.onWarning = onWarning
    }
}

/// Takes what programs say, line by line.
package struct ProgramOutput: Sendable {
    package var line: @Sendable (_ service: ServiceName, _ text: String) -> Void = { _, _ in }
    /// Whether lines can be taken now.
    package var hasRoom: @Sendable () -> Bool = { true }

    package init() {}
}
