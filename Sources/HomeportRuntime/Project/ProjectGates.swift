import HomeportCore
import HomeportGuard
import HomeportNet
import NIOCore

/// Who is let through to what of a project.
struct ProjectGates: Sendable {
    private struct Made {
        var plan: AccessPlan
        var users: FileVersion?
        var gate: AccessGate
    }

    private var general: Made
    private var services: [ServiceName: Made] = [:]
    private let surroundings: AccessGate.Surroundings
    /// By their files: what was found right once stays known.
    private var checks: [String: (version: FileVersion?, check: PasswordCheck)] = [:]

    /// - Parameters:
    ///   - passwords: Of users who were named on the command line.
    ///   - old: What there was: what is the same stays, with all that it knows.
    ///   - tokens: This user's.
    ///   - ways: To services that are asked who may come in.
    /// - Throws: ``HomeportError`` for a file of users that cannot be read.
    init(
        of plan: Plan,
        _ passwords: PasswordCheck?,
        keeping old: ProjectGates?,
        tokens: AccessTokens,
        ways: ServiceWays
    ) throws(HomeportError) {
        let surroundings = old?.surroundings ?? AccessGate.Surroundings()
        self.surroundings = surroundings
        general = Made(plan: AccessPlan(), gate: AccessGate(AccessRules()))
        func make(_ access: AccessPlan, _ before: Made?) throws(HomeportError) -> Made {
            let version = access.users.flatMap { FileVersion(of: $0) }
            if let before, before.plan == access, before.users == version { return before }
            var check = passwords
            if let file = access.users {
                let known = checks[file] ?? old?.checks[file]
                if let known, known.version == version {
                    check = known.check
                } else {
                    check = PasswordCheck(try UsersFile.read(file))
                }
                checks[file] = check.map { (version, $0) }
            }
            var rules = access.accessRules
            if passwords != nil, access.allow == nil { rules.allow = [.user(nil)] }
            let gate = AccessGate(
                rules,
                passwords: check,
                tokens: tokens,
                forwardAuth: access.forwardAuth.flatMap { ForwardAuth($0, by: ways) },
                among: surroundings
            )
            return Made(plan: access, users: version, gate: gate)
        }
        var access = plan.access.located(by: plan)
        // Not a gate's business.
        (access.hosts, access.origins) = ([], [])
        general = try make(access, old?.general)
        for service in plan.services {
            let own = service.access.located(by: plan).completed(from: access)
            services[service.name] = own == access ? general : try make(own, old?.services[service.name])
        }
    }

    /// - Parameter service: Nil for what is no service's.
    subscript(_ service: ServiceName?) -> AccessGate { (service.flatMap { services[$0] } ?? general).gate }
}

extension AccessPlan {
    /// With its file where the plan's folder has it.
    fileprivate func located(by plan: Plan) -> AccessPlan {
        var access = self
        access.users = users.map(plan.absolute)
        return access
    }
}

extension ForwardAuth {
    fileprivate convenience init?(_ plan: ForwardAuthPlan, by ways: ServiceWays) {
        guard let address = plan.address else { return nil }
        let dialer: any Dialer =
            switch address.place {
            case .endpoint(let endpoint):
                AddressDialer(endpoint.place, deadline: .nanoseconds(plan.timeout.wholeNanoseconds))
            case .service(let name): ServiceWays.Way(name: name, ways: ways)
            }
        self.init(address, plan, dialer)
    }
}
