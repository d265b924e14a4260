package import HomeportCore
package import HomeportDoor
import HomeportHTTP
import HomeportLink
import HomeportNet
import NIOCore

/// A project's programs: made with its services, started when all is there that they may call.
extension Project {
    /// - Returns: nil for a service that is no program.
    func makeProgram(of service: ServicePlan, _ plan: Plan) async throws -> Program? {
        guard let program = service.program else { return nil }
        let isMain = service.name == options.main
        let wanted = try wantedPort(program, plan)
        // One that ends with this change has its port until it has ended, which is when this one starts.
        let known = wanted ?? ports[service.name]
        let inherited = known.flatMap { leaving.contains($0) ? $0 : nil }
        let held = inherited == nil ? try hold(for: service.name, wanted: wanted, of: plan) : nil
        guard let port = inherited ?? held?.port else { return nil }
        var surroundings = Program.Surroundings(
            directory: program.directory.map(plan.absolute) ?? plan.directory,
            port: port,
            loop: try await ownLoops().group.next(),
            log: programLog,
            onWarning: options.onWarning
        )
        let (name, output) = (service.name, options.output)
        surroundings.tellsEnd = !isMain
        surroundings.inheritsStandard = isMain && options.isAtTerminal
        surroundings.hasTerminal = surroundings.inheritsStandard
        surroundings.onLine = { output.line(name, $0) }
        surroundings.hasRoom = output.hasRoom
        return Program(service.name, program, surroundings, holding: held)
    }

    private func wantedPort(_ program: ProgramPlan, _ plan: Plan) throws -> Port? {
        if let port = program.port { return port }
        return try variables(of: program, plan)["PORT"].map { try Port(parsing: $0) }
    }

    /// Starts those that wait, each when what it depends on is ready.
    func startPrograms() {
        for service in plan.services {
            guard let program = services[service.name]?.program, program.status.state == .waiting else { continue }
            // Unstructured: who starts or changes a project does not wait for its programs, which may depend on each other
            // for minutes; one that has been replaced by then is not started.
            Task { await self.start(program, after: program.plan.dependsOn) }
        }
    }

    private func start(_ program: Program, after dependencies: [ServiceName]) async {
        for name in dependencies {
            guard let dependency = services[name]?.program else { continue }
            let status = await dependency.readyOrLate()
            if status.isWell { continue }
            guard status.state != .stopped else { return }
            options.onWarning("\(program.name) is started although \(name) is not ready (\(status.state.rawValue))")
        }
        // It may have been replaced while it waited.
        guard services[program.name]?.program === program else { return }
        planned[program.name] = self.environment(seenBy: program.name.text, asPlanned: true)
        do {
            await program.start(with: try environment(of: program), reaching: waysOut(of: program.name.text))
        } catch {
            options.onWarning("\(program.name) cannot be started: \(error)")
        }
    }

    /// Those to which the plan now says something else than when they were started. What is new alone is no reason.
    func restartProgramsElsewhere() async {
        await withTaskGroup { group in
            for service in plan.services {
                guard let program = services[service.name]?.program, let before = planned[service.name],
                    let environment = try? environment(of: program)
                else { continue }
                let now = self.environment(seenBy: service.name.text, asPlanned: true)
                guard let name = before.filter({ now[$0.key] != $0.value }).keys.min() else { continue }
                options.onWarning("\(service.name) is started again: \(name) has changed for it")
                planned[service.name] = now
                let ways = waysOut(of: service.name.text)
                group.addTask { await program.restart(with: environment, reaching: ways) }
            }
        }
    }

    /// - Throws: ``HomeportError`` where there is no such service, or it is no program.
    package func restart(_ names: [String]) async throws {
        await turns.take()
        defer { turns.end() }
        var meant: [Program] = []
        for name in names {
            guard let service = plan.services.first(where: { $0.name.text == name }) else {
                let near = Spelling.nearest(to: name, among: plan.services.map(\.name.text))
                throw HomeportError(
                    .badValue,
                    "\(plan.name) has no service \(name)",
                    fix: near.map { "did you mean \($0)?" } ?? "it has \(plan.services.map(\.name.text).inWords)"
                )
            }
            guard let program = services[service.name]?.program else {
                throw HomeportError(
                    .badValue,
                    "\(name) is no program: there is nothing to restart",
                    fix: "homeport up applies a changed plan"
                )
            }
            meant.append(program)
        }
        let wishes = try meant.map { ($0, try environment(of: $0), waysOut(of: $0.name.text)) }
        await withTaskGroup { group in
            for (program, environment, ways) in wishes {
                group.addTask { await program.restart(with: environment, reaching: ways) }
            }
        }
    }

    /// Returns when every program is ready, has failed, or has taken longer than it may.
    package func settled() async {
        for service in plan.services { _ = await services[service.name]?.program?.settled() }
        isSettled = true
    }

    /// Runs a command with this project around it, once every program is ready.
    /// - Parameters:
    ///   - hasTerminal: Whether it has this process's terminal as its own.
    ///   - isOffline: Whether it sees the loopback and this project, and nothing else of any network.
    /// - Returns: Its status when it has ended.
    /// - Throws: ``HomeportError`` if a program did not get ready; its subject is the service.
    package func run(_ words: [String], in directory: String, hasTerminal: Bool, isOffline: Bool = false) async throws
        -> ProgramStatus
    {
        await settled()
        guard port != nil else { throw HomeportError(.projectStopped, "the project was stopped before it was ready") }
        for service in plan.services {
            guard let program = services[service.name]?.program else { continue }
            let status = program.status
            if status.isWell { continue }
            let why = status.trouble ?? status.exit.map { "it \($0)" }
            throw HomeportError(
                .programUnready,
                "\(service.name) is not ready (\(status.state.rawValue))\(why.map { ": \($0)" } ?? "")",
                where: service.name.text,
                fix: "mend it, or give it longer with ready: { within: 60s }"
            )
        }
        var plan = ProgramPlan(.words(words))
        plan.readiness.sign = .started
        plan.restart = .never
        plan.isOffline = isOffline
        let port = try FreePorts.find(1)[0]
        var surroundings = Program.Surroundings(
            directory: directory,
            port: port,
            loop: try await ownLoops().group.next(),
            log: programLog,
            onWarning: { _ in }
        )
        (surroundings.inheritsStandard, surroundings.hasTerminal) = (true, hasTerminal)
        let program = Program(ServiceName(madeFrom: "command"), plan, surroundings, holding: nil)
        command = program
        var environment = Self.inherited
        environment.merge(self.environment(seenBy: nil)) { $1 }
        environment["HOMEPORT"] = OwnProgram.path
        environment["HOMEPORT_PROJECT"] = self.plan.name.text
        environment["HOMEPORT_URL"] = self.port.map { "http://127.0.0.1:\($0.number)" }
        await program.start(
            with: environment.map { "\($0.key)=\($0.value)" }.sorted(),
            reaching: waysOut(of: nil)
        )
        return await program.over()
    }

    /// What a service, or with nil a command, can reach if it is offline: the loopback's ports of which its environment tells, and the door,
    /// as far as it is this project's.
    private func waysOut(of user: String?) -> [Program.WayOut] {
        let all = environment(seenBy: user)
        let ports = all.compactMap { key, value -> Port? in
            guard key.hasSuffix("_URL"), value.contains("://127.0.0.1:") || value.contains("://[::1]:") else {
                return nil
            }
            return all[key.dropLast("URL".count) + "PORT"].flatMap { UInt16($0) }.flatMap { Port($0) }
        }
        var ways = Set(ports).map { Program.WayOut($0, AddressDialer(.loopback($0))) }
        if case .running(let front?, _) = state, let port, let loops {
            let door = ServiceDialer(service(front.door), loops: loops)
            ways.append(Program.WayOut(port, door, on: loops.group.next()))
        }
        return ways
    }

    /// How the program of a service has ended for good; nil for what is no program.
    package func over(_ name: ServiceName) async -> ProgramStatus? { await services[name]?.program?.over() }

    /// Those that others depend on end after them.
    func stopAll(_ services: [ServiceName: RunningService], of plan: Plan) async {
        var left = services
        while !left.isEmpty {
            let needed = Set(
                left.keys.flatMap { name in plan.services.first { $0.name == name }?.program?.dependsOn ?? [] }
            )
            let next = left.filter { !needed.contains($0.key) }
            await withTaskGroup { group in
                for (_, service) in next.isEmpty ? left : next { group.addTask { await service.stop() } }
            }
            left = next.isEmpty ? [:] : left.filter { next[$0.key] == nil }
        }
    }

    // MARK: Environment

    private func environment(of program: Program) throws -> [String] {
        var all = Self.inherited
        all.merge(ownVariables(of: program)) { $1 }
        all.merge(try variables(of: program.plan, plan)) { $1 }
        return all.map { "\($0.key)=\($0.value)" }.sorted()
    }

    /// What its plan says: files first, so that `env` has the last word.
    private func variables(of program: ProgramPlan, _ plan: Plan) throws -> [String: String] {
        var all: [String: String] = [:]
        for file in program.environmentFiles {
            for entry in try EnvironmentFile.read(plan.absolute(file)) { all[entry.name] = entry.value }
        }
        for entry in program.environment { all[entry.name] = entry.value }
        return all
    }

    private func ownVariables(of program: Program) -> [String: String] {
        var all = environment(seenBy: program.name.text)
        if let port = program.status.port { all["PORT"] = "\(port.number)" }
        all["HOST"] = "127.0.0.1"
        all["URL"] = url(of: program.name)
        all["HOMEPORT"] = OwnProgram.path
        all["HOMEPORT_PROJECT"] = plan.name.text
        return all
    }

    /// Where the project's services are: `API_PORT` and `API_URL` for each, through the link from `user` to it where the
    /// plan has one.
    /// - Parameter user: A service, or nil for a command.
    /// - Parameter asPlanned: Each at the port that it was told, wherever it is found.
    package func environment(seenBy user: String?, asPlanned: Bool = false) -> [String: String] {
        var all: [String: String] = [:]
        for service in plan.services where service.name.text != user {
            guard let (host, port, scheme) = address(of: service, seenBy: user, asPlanned) else { continue }
            let name = service.name.text.uppercased().replacing("-", with: "_")
            all["\(name)_PORT"] = "\(port.number)"
            all["\(name)_URL"] = "\(scheme)://\(host):\(port.number)"
        }
        // A link with a name of its own is one more way.
        for link in plan.links where !link.isDatagram && !link.name.contains(">") {
            guard let port = links[link.name]?.port else { continue }
            let name = link.name.uppercased().replacing("-", with: "_")
            var scheme = "tcp"
            if case .service(let target) = link.to,
                plan.services.first(where: { $0.name == target })?.speaksHTTP == true
            {
                scheme = "http"
            }
            all["\(name)_PORT"] = "\(port.number)"
            all["\(name)_URL"] = "\(scheme)://127.0.0.1:\(port.number)"
        }
        return all
    }

    private func address(
        of service: ServicePlan,
        seenBy user: String?,
        _ asPlanned: Bool
    ) -> (host: String, Port, scheme: String)? {
        let scheme = service.speaksHTTP ? "http" : "tcp"
        if let link = links["\(user ?? Plan.command) -> \(service.name)"], let port = link.port {
            return ("127.0.0.1", port, scheme)
        }
        switch service.kind {
        case .folder: return ownListeners[service.name]?.listener.port.map { ("127.0.0.1", $0, scheme) }
        case .program:
            let status = services[service.name]?.program?.status
            switch asPlanned ? nil : status?.place {
            case .ipv4(let address, let port): return ("\(address)", port, scheme)
            case .ipv6(let address, let port): return ("[\(address)]", port, scheme)
            default: return status?.port.map { ("127.0.0.1", $0, scheme) }
            }
        case .upstream(let upstream):
            switch upstream.to.place {
            case .loopback(let port): return ("127.0.0.1", port, scheme)
            case .ipv4(let address, let port): return ("\(address)", port, scheme)
            case .ipv6(let address, let port): return ("[\(address)]", port, scheme)
            case .unix: return nil
            }
        }
    }

    private static var inherited: [String: String] {
        let pairs = ProcessEnvironment.all.compactMap { text in
            text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    // MARK: Status

    func status(of service: ServicePlan) -> ProjectStatus.Service {
        var status = facts(of: service)
        // Only HTTP stands behind the door.
        if !service.speaksHTTP {
            status.url = status.address.map { $0.contains(":/") ? $0 : "tcp://\($0)" } ?? service.name.text
        }
        return status
    }

    private func facts(of service: ServicePlan) -> ProjectStatus.Service {
        var status = ProjectStatus.Service(
            name: service.name.text,
            kind: service.kind.word,
            summary: service.summary,
            url: url(of: service.name),
            isDefault: service.isDefault
        )
        if case .upstream(let upstream) = service.kind { status.address = "\(Endpoint(upstream.to.place))" }
        status.port = ownListeners[service.name]?.listener.port?.number
        if let port = status.port { status.address = "127.0.0.1:\(port)" }
        guard let program = services[service.name]?.program?.status else { return status }
        (status.state, status.ready) = (program.state.rawValue, program.isWell)
        status.pid = program.pid
        status.port = program.port?.number
        status.listens = program.place.map { "\(Endpoint($0))" }
        status.exit = program.state == .ready ? nil : program.exit.map { "\($0)" }
        status.trouble = program.trouble
        status.restarts = program.restarts
        status.exposed = program.isExposed ? true : nil
        status.address = status.listens ?? status.port.map { "127.0.0.1:\($0)" }
        return status
    }

    private func url(of service: ServiceName) -> String {
        "http://\(host(of: service, plan))" + (port.map { ":\($0)" } ?? "")
    }
}

extension HomeportError.Code {
    package static let programUnready = Self("program.unready", .world)
}
