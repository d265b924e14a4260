package import HomeportCore

/// A server that is asked whether a request may come in, as Traefik's ForwardAuth and oauth2-proxy have it.
package struct ForwardAuthPlan: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        case endpoint(Endpoint)
        case service(ServiceName)
    }

    package struct Address: Sendable, Equatable {
        package var place: Place
        /// What is asked for there, its query with it.
        package var target: String

        /// - Parameter text: `http://127.0.0.1:4180/oauth2/auth`, or a service of the plan and a path, as in `login/verify`.
        /// - Throws: ``HomeportError`` with code `value.malformed`.
        package init(parsing text: String) throws(HomeportError) {
            let start = text.hasPrefix("http://") ? "http://" : ""
            let rest = text.dropFirst(start.count)
            let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            let host = String(rest[..<slash])
            target =
                rest[slash...].first == "?"
                ? "/" + rest[slash...] : slash == rest.endIndex ? "/" : String(rest[slash...])
            guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
                throw Self.wrong(text, "escape what is no ASCII, as in %20")
            }
            if start.isEmpty {
                guard let name = try? ServiceName(parsing: host) else {
                    throw Self.wrong(text, "write it as in http://127.0.0.1:4180/oauth2/auth, or SERVICE/path")
                }
                place = .service(name)
            } else {
                let endpoint = try Endpoint(parsing: start + host)
                guard endpoint.port != nil else { throw Self.wrong(text, "name a host and a port") }
                place = .endpoint(endpoint)
            }
        }

        /// What Host says there.
        package var authority: String {
            switch place {
            case .service(let name): name.host
            case .endpoint(let endpoint): Endpoint(endpoint.place).description
            }
        }

        package var text: String {
            switch place {
            case .service(let name): name.text + target
            case .endpoint: "http://" + authority + target
            }
        }

        private static func wrong(_ text: String, _ fix: String) -> HomeportError {
            HomeportError(.badValue, "\"\(text.harmless)\" is nothing that can be asked", fix: fix)
        }
    }

    package var address: Address?
    /// Fields of its answer that the service is handed, and that nobody else can hand it.
    package var headers: [String] = []
    /// How long its answer may take.
    package var timeout = Duration.seconds(10)
    /// Whether it may be beyond this machine.
    package var remote = false

    package init() {}

    package static let section = PlanSection<ForwardAuthPlan>(keys: [
        PlanKey(
            "address",
            .forwardAuthAddress,
            to: \.address,
            required: true,
            example: "http://127.0.0.1:4180/oauth2/auth",
            "Where to ask; a service of this plan is written as SERVICE/path."
        ),
        PlanKey(
            "headers",
            PlanWord.oneOrMore(PlanWord(parsing: fieldName)),
            to: \.headers,
            example: "[ X-Auth-Request-User ]",
            "Fields of its answer that the service is handed; from anybody else they are taken away."
        ),
        PlanKey("timeout", PlanWord(parsing: time), to: \.timeout, example: "5s", "How long its answer may take."),
        PlanKey("remote", .bool, to: \.remote, example: "true", "Whether it may be beyond this machine."),
    ])

    /// The section, or the address alone.
    package static let word = PlanWord<ForwardAuthPlan?>(
        schema: ["anyOf": [["type": "string"], section.schema]]
    ) { node, problems in
        var plan = ForwardAuthPlan()
        if node.isMapping {
            section.read(node, into: &plan, problems: &problems)
        } else {
            plan.address = PlanWord<Address?>.forwardAuthAddress.read(node, &problems) ?? nil
        }
        if case .endpoint(let endpoint)? = plan.address?.place, !endpoint.isLoopback, !plan.remote {
            problems.append(
                node.wrong(
                    "\(endpoint) is beyond this machine, and is sent what requests carry to prove who asks",
                    fix: "if that is meant, say so with remote: true"
                )
            )
        }
        return plan
    }

    private static func time(_ text: String) throws(HomeportError) -> Duration {
        let time = try Duration(parsing: text)
        guard time > .zero, time <= .seconds(300) else {
            throw HomeportError(.badValue, "\"\(text)\" is no time to wait", fix: "write 1ms to 300s")
        }
        return time
    }

    /// What every message is made of is not a matter of who asks.
    private static let kept: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "via", "expect",
    ]

    private static func fieldName(_ text: String) throws(HomeportError) -> String {
        let isToken = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x2D || $0 == 0x5F
        }
        guard isToken, !text.isEmpty, text.utf8.count <= 256 else {
            throw HomeportError(
                .badValue,
                "\"\(text.harmless)\" is no field's name",
                fix: "write it as in X-Auth-Request-User"
            )
        }
        guard !kept.contains(text.lowercased()) else {
            throw HomeportError(.badValue, "\(text) is not a server's to say that is asked", fix: "leave it out")
        }
        return text
    }
}

extension PlanWord where Value == ForwardAuthPlan.Address? {
    fileprivate static let forwardAuthAddress = PlanWord { (text) throws(HomeportError) in
        try ForwardAuthPlan.Address(parsing: text)
    }

    private init(_ parse: @escaping @Sendable (String) throws(HomeportError) -> ForwardAuthPlan.Address) {
        let word = PlanWord<ForwardAuthPlan.Address>(parsing: parse)
        self.init(schema: word.schema) { word.read($0, &$1) }
    }
}
