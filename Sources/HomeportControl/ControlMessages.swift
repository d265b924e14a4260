package import HomeportCore
package import HomeportDoor
package import HomeportLink
import HomeportRuntime

/// The body of `POST /api/v1/plan`: a plan's text, and where its relative paths start.
package struct PlanWish: Codable, Sendable {
    package var text: String
    package var file: String
    package var directory: String
    /// Says what would change, and changes nothing.
    package var dryRun = false

    enum CodingKeys: String, CodingKey {
        case text, file, directory
        case dryRun = "dry_run"
    }

    package init(text: String, file: String, directory: String, dryRun: Bool) {
        self.text = text
        self.file = file
        self.directory = directory
        self.dryRun = dryRun
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        text = try keys.decode(String.self, forKey: .text)
        file = try keys.decode(String.self, forKey: .file)
        directory = try keys.decode(String.self, forKey: .directory)
        dryRun = try keys.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
    }
}

/// What is wrong with a request, as the command line would say it.
package struct ControlProblems: Codable, Sendable {
    package struct Problem: Codable, Sendable {
        package var code: String
        package var what: String
        package var place: String?
        package var fix: String?
        /// Who has to act, as a command's exit code says it: 2 who wrote the words, 3 the world.
        package var blame: Int32?
    }

    package var problems: [Problem]

    init(_ errors: [HomeportError]) {
        problems = errors.map {
            Problem(code: $0.code.name, what: $0.what, place: $0.subject, fix: $0.fix, blame: $0.code.blame.rawValue)
        }
    }

    package var errors: [HomeportError] {
        problems.map { problem in
            let blame = problem.blame.flatMap(HomeportError.Blame.init) ?? .words
            let code = HomeportError.Code(problem.code, blame)
            return HomeportError(code, problem.what, where: problem.place, fix: problem.fix)
        }
    }
}

/// The body of `POST /api/v1/links`: what is to be done to which links.
package struct LinkChange: Codable, Sendable {
    package enum Action: String, Codable, Sendable {
        case set, cut, heal, remove
    }

    /// Links of this project.
    package var links: [String]
    package var action: Action
    /// For `set`: a mapping of a link's words, as a plan has it, in YAML or JSON.
    package var conditions: String?
    /// For `set` and `cut`: after which it is undone, as in `10s`.
    package var time: String?

    enum CodingKeys: String, CodingKey {
        case links, action, conditions
        case time = "for"
    }

    package init(_ links: [String], _ action: Action, conditions: String? = nil, for time: Duration? = nil) {
        self.links = links
        self.action = action
        self.conditions = conditions
        self.time = time?.text
    }

    var wish: LinkWish {
        get throws {
            if links.isEmpty { throw HomeportError(.badValue, "no link is named", fix: "add links: with their names") }
            if action != .set, conditions != nil {
                throw HomeportError(.badValue, "conditions are for set, not for \(action)", fix: "leave them out")
            }
            if action == .heal || action == .remove, time != nil {
                throw HomeportError(.badValue, "\(action) is for good: it takes no time", fix: "leave for out")
            }
            let action: LinkWish.Action =
                switch action {
                case .set: .set(try edit)
                case .cut: .cut
                case .heal: .heal
                case .remove: .remove
                }
            return LinkWish(links, action, for: try time.map { try Duration.untilUndone($0) })
        }
    }

    private var edit: LinkEdit {
        get throws {
            let text = conditions ?? ""
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw HomeportError(.badValue, "nothing is to be set", fix: "add conditions, as in \"latency: 80ms\"")
            }
            let edit = try LinkEdit.read(text, file: "conditions")
            guard !edit.isEmpty else {
                throw HomeportError(.badValue, "nothing is to be set", fix: "write a word, as in latency: 80ms")
            }
            return edit
        }
    }
}

/// The answer to `GET` and `POST /api/v1/links`.
package struct LinkList: Codable, Sendable {
    package var links: [LinkStatus]

    package init(links: [LinkStatus]) { self.links = links }
}

/// The body of `POST /api/v1/restart`.
struct RestartWish: Codable, Sendable {
    var services: [String]
}

/// Which keys an object in JSON has, and which of them are null.
struct ObjectKeys: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let names: [String]
    let nulls: [String]

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        names = object.allKeys.map(\.stringValue)
        nulls = try object.allKeys.filter { try object.decodeNil(forKey: $0) }.map(\.stringValue)
    }
}

/// What programs have said.
package struct LogPage: Codable, Sendable {
    package var lines: [ProgramLog.Line]
    /// To ask with the next time, as `after`.
    package var next: UInt64
}

/// `service=api&after=12&wait=20`.
struct LogQuery {
    var service: String?
    var after: UInt64 = 0
    /// Seconds.
    var wait = 0

    init(_ text: String) throws(HomeportError) {
        let words = QueryWords(text)
        try words.only("service", "after", "wait")
        service = words["service"]
        after = try words.number("after", in: 0...UInt64.max) ?? 0
        wait = try words.number("wait", in: 0...60) ?? 0
    }
}
