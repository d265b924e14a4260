package import HomeportCore

extension ProgramPlan {
    package static let keys: [PlanKey<ProgramPlan>] = [
        PlanKey(
            "run",
            .command,
            to: \.command,
            example: "npm run dev",
            "A program that Homeport runs: a string for /bin/sh -c, or a list that is executed. It should listen on $PORT."
        ),
        PlanKey(
            "cwd",
            .optionalFolder,
            to: \.directory,
            example: "api",
            "Where it begins (default: the plan's folder)."
        ),
        PlanKey(
            "env",
            .table(of: .environmentValue),
            to: \.environment,
            example: "{ LOG: debug }",
            "Variables of its environment, as they are: nothing in them is looked up."
        ),
        PlanKey(
            "env_file",
            .oneOrMore(.path),
            to: \.environmentFiles,
            example: ".env",
            "Files with variables, NAME=value in each line; env goes before them."
        ),
        PlanKey(
            "depends_on",
            .oneOrMore(.name),
            to: \.dependsOn,
            example: "[ db ]",
            "Services that must be ready before it is started."
        ),
        PlanKey(
            "ready",
            .readiness,
            to: \.readiness,
            example: "/healthz",
            "When it is ready: a path that answers, { log: text } of a line, { within: 30s }, or started for one that does not listen (default: it listens)."
        ),
        PlanKey(
            "restart",
            .restart,
            to: \.restart,
            example: "on-failure",
            "Whether it is started again after it has ended: on-failure (the default), always or never."
        ),
        PlanKey("grace", .duration, to: \.grace, example: "10s", "How long it may take to end when it is told to."),
        PlanKey(
            "protocol",
            .transport,
            to: \.transport,
            example: "tcp",
            "What it speaks: http (the default) stands behind the door; tcp is reached by its port, a link or homeport connect."
        ),
        PlanKey("port", .optionalPort, to: \.port, example: "3000", "A port that it must have (default: a lease)."),
        PlanKey(
            "listen_fds",
            .bool,
            to: \.isHandedSockets,
            example: "true",
            "Whether it is handed sockets that listen already, as systemd does (LISTEN_FDS)."
        ),
        PlanKey(
            "offline",
            .bool,
            to: \.isOffline,
            example: "true",
            "Whether it sees the loopback and this project, and nothing else of any network (Linux)."
        ),
    ]

    /// As ``keys`` say: what a variable may be called.
    package static func isVariable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.first.map { !(48...57).contains($0) } ?? false
            && name.utf8.allSatisfy {
                $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
    }
}

extension PlanWord where Value == ProgramPlan.Command {
    fileprivate static let command = PlanWord(
        schema: ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"], "minItems": 1]]]
    ) { node, problems in
        do throws(HomeportError) {
            guard node.isList else {
                let text = try node.text()
                guard text.contains(where: { !$0.isWhitespace }) else { throw node.wrong("there is no command") }
                return .shell(try whole(text, node))
            }
            var words: [String] = []
            for item in try node.list() { words.append(try whole(try item.text(), item)) }
            guard words.first?.isEmpty == false else { throw node.wrong("there is no command") }
            return .words(words)
        } catch {
            problems.append(error)
            return nil
        }
    }

    private static func whole(_ text: String, _ node: PlanNode) throws(HomeportError) -> String {
        if text.utf8.contains(0) { throw node.wrong("a command has no NUL in it") }
        return text
    }
}

extension PlanWord where Value == String {
    fileprivate static let path = PlanWord { (text) throws(HomeportError) in
        if text.isEmpty || text.utf8.contains(0) { throw HomeportError(.badValue, "\"\(text)\" is no path") }
        return text
    }

    fileprivate static let environmentValue = PlanWord(schema: ["type": ["string", "number", "boolean"]]) {
        (text) throws(HomeportError) in
        if text.utf8.contains(0) { throw HomeportError(.badValue, "a variable has no NUL in it") }
        return text
    }
}

extension PlanWord where Value == String? {
    fileprivate static let optionalFolder = PlanWord { (text) throws(HomeportError) in
        if text.isEmpty || text.utf8.contains(0) { throw HomeportError(.badValue, "\"\(text)\" is no folder") }
        return text
    }
}

extension PlanWord where Value == Port? {
    fileprivate static let optionalPort = PlanWord(schema: ["type": "integer", "minimum": 1, "maximum": 65535]) {
        (text) throws(HomeportError) in try Port(parsing: text)
    }
}

extension PlanWord where Value == ProgramPlan.Restart {
    fileprivate static let restart = PlanWord(schema: ["enum": ["on-failure", "always", "never"]]) {
        (text) throws(HomeportError) in
        guard let value = ProgramPlan.Restart(rawValue: text) else {
            throw HomeportError(.badValue, "\"\(text)\" is no such rule", fix: "write on-failure, always or never")
        }
        return value
    }
}

extension PlanWord where Value == ProgramPlan.Transport {
    fileprivate static let transport = PlanWord(schema: ["enum": ["http", "tcp"]]) { (text) throws(HomeportError) in
        guard let value = ProgramPlan.Transport(rawValue: text) else {
            throw HomeportError(.badValue, "\"\(text)\" is no protocol of a program", fix: "write http or tcp")
        }
        return value
    }
}

extension PlanWord where Value == Readiness {
    fileprivate static let readiness = PlanWord(
        schema: [
            "anyOf": [
                ["type": "string"],
                [
                    "type": "object", "additionalProperties": false,
                    "properties": [
                        "path": ["type": "string"], "log": ["type": "string"], "within": ["type": "string"],
                    ],
                ],
            ]
        ]
    ) { node, problems in
        var readiness = Readiness()
        do throws(HomeportError) {
            guard node.isMapping else {
                readiness.sign = try sign(node)
                return readiness
            }
            var signs = 0
            for (key, value) in try node.mapping() {
                switch key {
                case "path":
                    let sign = try sign(value)
                    guard case .path = sign else { throw value.wrong("a path begins with /") }
                    readiness.sign = sign
                    signs += 1
                case "log":
                    let text = try value.text()
                    guard !text.isEmpty else { throw value.wrong("every line contains nothing") }
                    readiness.sign = .log(text)
                    signs += 1
                case "within":
                    guard let time = PlanWord<Duration>.duration.read(value, &problems) else { return nil }
                    guard time > .zero else { throw value.wrong("it needs some time") }
                    readiness.within = time
                default: throw value.wrong("\(key) is no key here", fix: "known: path, log, within", code: .planKey)
                }
            }
            if signs > 1 { throw node.wrong("it is ready by path or by log, not by both", fix: "leave one out") }
            return readiness
        } catch {
            problems.append(error)
            return nil
        }
    }

    private static func sign(_ node: PlanNode) throws(HomeportError) -> Readiness.Sign {
        let text = try node.text()
        if text == "started" { return .started }
        if text == "listening" { return .listening }
        guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw node.wrong(
                "\"\(text)\" says not when it is ready",
                fix: "write a path as in /healthz, listening, started, or { log: listening on }"
            )
        }
        return .path(text)
    }
}
