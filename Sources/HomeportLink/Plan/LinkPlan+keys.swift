package import HomeportCore
import HomeportNet

/// The keys of a link, each defined once.
extension LinkPlan {
    package static let section = PlanSection<LinkPlan>(keys: placeKeys + LinkEdit.keys.map { $0.lifted(to: \.edit) })

    private static let placeKeys: [PlanKey<LinkPlan>] = [
        PlanKey(
            "listen",
            .listen,
            to: \.listen,
            example: "55432",
            "Where it listens: a port of both loopbacks, an address, or unix:/path (default: a free port)."
        ),
        PlanKey(
            "to",
            .linkTarget,
            to: \.to,
            example: "db",
            "Where it leads: a service of this plan, a port, tcp://, udp:// or unix:/path."
        ),
        PlanKey(
            "group",
            .optionalText,
            to: \.group,
            example: "uplink",
            "Cut, healed and limited together with its like."
        ),
        PlanKey("idle", .time, to: \.idle, example: "60s", "UDP only: how long a flow lives without a datagram."),
        PlanKey(
            "connect_timeout",
            .time,
            to: \.connectTimeout,
            example: "10s",
            "How long the connection to its target may take."
        ),
        PlanKey(
            "seed",
            .seed,
            to: \.seed,
            example: "42",
            "What chance begins with: equal seeds draw alike (default: from the name)."
        ),
        PlanKey("remote", .bool, to: \.remote, example: "true", "Whether it may lead beyond this machine."),
    ]

    /// Reads one link of a plan.
    /// - Parameter name: As the plan has it: `slow-db`, or `api -> db`.
    package static func read(_ node: PlanNode, name: String, problems: inout [HomeportError]) -> LinkPlan? {
        let known = problems.count
        var plan = LinkPlan(name: name, to: .endpoint(Endpoint(.loopback(.homeport))))
        do throws(HomeportError) {
            if let (from, to) = try edge(name) {
                plan.name = "\(from) -> \(to)"
                plan.to = .service(to)
            } else if !node.isMapping {
                let text = (try? node.text()) ?? "5432"
                throw HomeportError(.planValue, "a link is a mapping", fix: "write \(name): { to: \(text) }")
            } else if node.at("to") == nil {
                throw HomeportError(.planKey, "the link \(name) leads nowhere", fix: "add to: with a service or a port")
            } else {
                plan.name = try ServiceName(parsing: name).text
            }
        } catch {
            problems.append(node.wrong(error.what, fix: error.fix, code: error.code))
            return nil
        }
        section.read(node, into: &plan, problems: &problems)
        // What else is wrong with it is to be found as well.
        guard problems.count == known else { return plan }
        do throws(HomeportError) {
            _ = try plan.settings()
            try plan.checkPlaces()
        } catch {
            problems.append(node.wrong(error.what, fix: error.fix))
        }
        return plan
    }

    /// A link's name as it is called everywhere, from how the plan writes it.
    package static func settled(_ name: String) -> String {
        (try? edge(name)).flatMap { $0 }.map { "\($0.from) -> \($0.to)" } ?? name
    }

    /// `api -> db`.
    private static func edge(_ name: String) throws(HomeportError) -> (from: String, to: ServiceName)? {
        guard let arrow = name.firstRange(of: "->") else { return nil }
        let from = String(name[..<arrow.lowerBound].filter { $0 != " " })
        let to = String(name[arrow.upperBound...].filter { $0 != " " })
        return (from == door ? from : try ServiceName(parsing: from).text, try ServiceName(parsing: to))
    }
}

extension LinkEdit {
    package static let keys = netKeys + ConditionWords.keys.map { $0.lifted(to: \LinkEdit.own) } + wayKeys

    private static let netKeys: [PlanKey<LinkEdit>] =
        [
            PlanKey("preset", .preset, to: \.preset, example: "apple:3g", "A known network; own words replace its."),
            PlanKey(
                "rtt",
                .roundTrip,
                to: \.roundTrip,
                example: "100ms",
                "Delay there and back: half each way."
            ),
            PlanKey(
                "direction",
                .direction,
                to: \.direction,
                example: "both",
                "Which way the words beside it act: down (to the client, the default), up, or both."
            ),
        ]

    private static let wayKeys: [PlanKey<LinkEdit>] = [
        PlanKey("clear", .bool, to: \.clears, example: "true", "Begins with no condition: for changes to what runs."),
        PlanKey(
            "up",
            .way,
            to: \.up,
            example: "{ rate: 1mbit }",
            "What happens to what clients send: words, or a list of them in an order of its own."
        ),
        PlanKey("down", .way, to: \.down, example: "{ latency: 80ms }", "What happens to what clients are sent."),
        PlanKey(
            "refuse",
            .flag,
            to: \.refuse,
            example: "true",
            "New connections are refused, as if nobody listened."
        ),
        PlanKey(
            "unreachable",
            .flag,
            to: \.unreachable,
            example: "true",
            "New connections hang: nobody answers them at all."
        ),
        PlanKey(
            "http",
            .faults,
            to: \.http,
            example: "[ { path: /orders/*, every: 3, status: 503 } ]",
            "HTTP/1.1 only: what goes wrong with some requests."
        ),
    ]

    package static let section = PlanSection<LinkEdit>(keys: keys)

    /// Reads an edit from the text of a mapping, which may be JSON.
    package static func read(_ text: String, file: String) throws -> LinkEdit {
        var (edit, problems) = (LinkEdit(), [HomeportError]())
        section.read(try PlanNode(parsing: text, file: file), into: &edit, problems: &problems)
        if let first = problems.first { throw first }
        return edit
    }
}

// MARK: Words

extension PlanWord where Value == [HTTPFault]? {
    fileprivate static let faults = PlanWord(schema: ["type": "array", "items": HTTPFault.section.schema]) {
        node,
        problems in
        if let text = try? node.text(), text == ConditionWords.off { return .some([]) }
        do throws(HomeportError) {
            let items = try node.list()
            guard items.count <= 100 else { throw node.wrong("a link has at most 100 faults of HTTP") }
            return items.map { HTTPFault.read($0, problems: &problems) }
        } catch {
            problems.append(error)
            return nil
        }
    }
}

extension PlanWord where Value == String? {
    fileprivate static let optionalText = PlanWord { (text) throws(HomeportError) in
        guard !text.isEmpty, text.utf8.count <= 63, text.harmless == text else {
            throw HomeportError(.badValue, "a group's name has 1 to 63 bytes, and no control characters")
        }
        return text
    }
}

extension PlanWord where Value == LinkEdit.RoundTrip? {
    fileprivate static let roundTrip = PlanWord { (text) throws(HomeportError) in
        text == ConditionWords.off ? .off : .time(try Duration.condition(text))
    }
}

extension PlanWord where Value == Duration {
    fileprivate static let time = PlanWord(schema: ["type": "string", "examples": ["60s"]]) {
        (text) throws(HomeportError) in try LinkPlan.time(text)
    }
}

extension PlanWord where Value == UInt64? {
    fileprivate static let seed = PlanWord(schema: ["type": "integer"]) { (text) throws(HomeportError) in
        guard let number = UInt64(text) else {
            throw HomeportError(.badValue, "\"\(text)\" is no seed", fix: "write a whole number from 0")
        }
        return number
    }
}

extension PlanWord where Value == Preset? {
    fileprivate static let preset = PlanWord(
        schema: ["type": "string", "enum": .list(Preset.all.map { .text($0.name) })]
    ) { (text) throws(HomeportError) in try Preset.named(text) }
}

extension PlanWord where Value == LinkEdit.Direction? {
    fileprivate static let direction = PlanWord(schema: ["type": "string", "enum": ["up", "down", "both"]]) {
        (text) throws(HomeportError) in
        guard let direction = LinkEdit.Direction(rawValue: text) else {
            throw HomeportError(.badValue, "\"\(text)\" is no direction", fix: "write up, down or both")
        }
        return direction
    }
}

extension PlanWord where Value == Bool? {
    fileprivate static let flag = PlanWord(schema: ["type": "boolean"]) { (text) throws(HomeportError) in
        text == ConditionWords.off ? false : try Bool(parsing: text)
    }
}

extension PlanWord where Value == LinkEdit.Way? {
    fileprivate static let way = PlanWord(schema: ["anyOf": [ConditionWords.section.schema, list]]) { node, problems in
        guard node.isList else {
            var words = ConditionWords()
            ConditionWords.section.read(node, into: &words, problems: &problems)
            return .some(.words(words))
        }
        let items: [PlanNode]
        do throws(HomeportError) { items = try node.list() } catch {
            problems.append(error)
            return nil
        }
        guard items.count <= 32 else {
            problems.append(node.wrong("a direction has at most 32 conditions in a row"))
            return nil
        }
        return .some(
            .list(
                items.map { item in
                    var words = ConditionWords()
                    ConditionWords.section.read(item, into: &words, problems: &problems)
                    return words
                }
            )
        )
    }

    private static var list: JSONValue { ["type": "array", "items": ConditionWords.section.schema] }
}

extension PlanWord where Value == ListenPlace? {
    fileprivate static let listen = PlanWord(schema: ["type": ["string", "integer"]]) { (text) throws(HomeportError) in
        try LinkPlan.listenPlace(text)
    }
}

extension PlanWord where Value == LinkPlan.Target {
    fileprivate static let linkTarget = PlanWord(schema: ["type": ["string", "integer"]]) {
        (text) throws(HomeportError) in try LinkPlan.target(text)
    }
}

extension LinkPlan {
    /// For what ends by itself: shorter times would only keep a processor busy.
    fileprivate static func time(_ text: String) throws(HomeportError) -> Duration {
        let value = try Duration.condition(text)
        guard value >= .milliseconds(10) else {
            throw HomeportError(.badValue, "\"\(text)\" is too short", fix: "the least here is 10ms")
        }
        return value
    }

    /// - Returns: nil for 0: any port.
    fileprivate static func listenPlace(_ text: String) throws(HomeportError) -> ListenPlace? {
        if text == "0" { return nil }
        let endpoint = try Endpoint(parsing: text)
        if endpoint.scheme == .http || endpoint.scheme == .https { throw noURL(text, endpoint) }
        if case .loopback(let port) = endpoint.place { return .loopbacks(port) }
        return .address(endpoint.place)
    }

    package static func target(_ text: String) throws(HomeportError) -> Target {
        let isWord = !text.contains { ":/[.".contains($0) }
        if isWord, text != "localhost", UInt64(text) == nil { return .service(try ServiceName(parsing: text)) }
        if text.hasPrefix("http://") || text.hasPrefix("https://") {
            let rest = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
            throw noURL(text, try? Endpoint(parsing: String(rest)))
        }
        return .endpoint(try Endpoint(parsing: text))
    }

    private static func noURL(_ text: String, _ endpoint: Endpoint?) -> HomeportError {
        HomeportError(
            .badValue,
            "\"\(text)\" is a URL: a link carries bytes, and knows no scheme or path",
            fix: endpoint.map { "write \(Endpoint($0.place))" } ?? "write the host and port alone, as in 127.0.0.1:8080"
        )
    }
}
