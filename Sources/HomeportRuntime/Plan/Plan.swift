package import HomeportCore
package import HomeportDoor
package import HomeportGuard
package import HomeportLink
package import HomeportNet
package import HomeportServe
package import HomeportTap

/// What should run: the value that a plan's text, the command line and the control API all build.
package struct Plan: Sendable, Equatable {
    package var name: ServiceName
    /// The absolute path that relative ones in the plan start from.
    package var directory: String
    /// The absolute path of the plan's own file; nil for one that was made on the command line.
    package var file: String?
    package var services: [ServicePlan] = []
    package var links: [LinkPlan] = []
    /// Where Toxiproxy's API is offered for the links; nil for nowhere.
    package var toxiproxy: ListenPlace?
    package var tap = TapPlan()
    /// Who may come in, where a service does not say itself.
    package var access = AccessPlan()

    package init(name: ServiceName, directory: String, file: String? = nil) {
        self.name = name
        self.directory = directory
        self.file = file
    }
}

/// One service of a plan: who answers for a name.
package struct ServicePlan: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case folder(FolderPlan)
        case upstream(UpstreamPlan)
        case program(ProgramPlan)
    }

    package var name: ServiceName
    package var kind: Kind
    /// Answers on the bare address, too.
    package var isDefault = false
    /// Paths of its name that other services answer.
    package var routes: [PathRoute] = []
    /// Other names that it has.
    package var names: [DoorName] = []
    /// Who may come in.
    package var access = AccessPlan()

    package init(name: ServiceName, kind: Kind, isDefault: Bool = false) {
        self.name = name
        self.kind = kind
        self.isDefault = isDefault
    }

    package var program: ProgramPlan? { if case .program(let plan) = kind { plan } else { nil } }

    /// `folder ./public`.
    package var summary: String {
        switch kind {
        case .folder(let plan): "folder \(plan.folder)"
        case .upstream(let plan): "to \(plan.to)"
        case .program(let plan): "run \(plan.text)" + (plan.isOffline ? ", offline" : "")
        }
    }

    /// Whether it answers requests of HTTP, so that it can stand behind the door.
    package var speaksHTTP: Bool {
        switch kind {
        case .folder: true
        case .upstream(let plan): plan.speaksHTTP
        case .program(let plan): plan.transport == .http
        }
    }
}

extension Plan {
    /// A path of the plan as the system takes it.
    package func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path == "~" || path.hasPrefix("~/") { return StateDirectory.home + path.dropFirst() }
        var rest = Substring(path)
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        return rest == "." || rest.isEmpty ? directory : PlanFile.join(directory, rest)
    }
}
