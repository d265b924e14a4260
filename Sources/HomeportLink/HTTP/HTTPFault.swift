package import HomeportCore

/// What goes wrong with some of the requests of a link that carries HTTP/1.1.
package struct HTTPFault: Sendable, Hashable {
    /// A field and its value.
    struct Field: Sendable, Hashable {
        let name: String
        /// Nil for any.
        let value: String?
    }

    /// What it is called, where it is Toxiproxy's API that shows it.
    package var name: String?

    // MARK: Which

    var method: String?
    /// `/orders/*`: a star stands for anything.
    var path: String?
    /// One that the request has.
    var header: Field?
    /// Of those that match: the next so many; each so-many-th; so many of all.
    var first: UInt64?
    var every: UInt64?
    package var share: Probability?

    // MARK: What

    /// Answered in place of the target, which never sees the request.
    var status: Int?
    /// Of that answer.
    var body: String?
    /// How long the request is held before it goes on, or is answered.
    var delay: Duration?
    /// A field of the answer, in place of what it has by that name.
    var set: Field?
    var remove: String?
    /// The same of the request.
    var setRequest: Field?
    var removeRequest: String?
    /// The answer's body ends after so many bytes, and so does the connection.
    var truncate: ByteCount?
    /// Places in the answer's body, in ascending order, of bytes whose lowest bit is turned over.
    var corruptAt: [UInt64]?

    package init() {}

    /// Whether a request is one of those that it could meet.
    func matches(_ request: HTTPFaults.Request) -> Bool {
        if let method, method != request.method { return false }
        if let path, !Self.matches(path, request.path.prefix { $0 != "?" }) { return false }
        guard let header else { return true }
        let values = request.fields(header.name)
        return header.value.map(values.contains) ?? !values.isEmpty
    }

    private static func matches(_ pattern: String, _ path: Substring) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return pattern == path }
        guard path.hasPrefix(parts[0]) else { return false }
        var rest = path.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }

    /// What it says beside whom it meets.
    private var doesSomething: Bool {
        status != nil || delay != nil || changesMessages
    }

    private var changesMessages: Bool { changesTheirs || set != nil }

    /// Whether it takes a message of others' for what it does; a field can be set of an answer of ours as well.
    private var changesTheirs: Bool {
        remove != nil || setRequest != nil || removeRequest != nil || truncate != nil || corruptAt != nil
    }

    /// As a plan has it: `method POST, path /orders/*, every 3, status 503`.
    var text: String {
        words.filter { $0.name != "body" }.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
    }

    /// Each word with its value, in the order of a plan's keys.
    package var words: [(name: String, text: String)] { selecting + doing }

    /// Those that say whom it meets.
    private var selecting: [(name: String, text: String)] {
        let words: [(String, String?)] = [
            ("name", name), ("method", method), ("path", path), ("header", header?.text),
            ("first", first.map { "\($0)" }), ("every", every.map { "\($0)" }), ("share", share.map { "\($0)" }),
        ]
        return words.compactMap { name, text in text.map { (name, $0) } }
    }

    /// Those that say what becomes of them.
    var doing: [(name: String, text: String)] {
        let words: [(String, String?)] = [
            ("status", status.map { "\($0)" }), ("body", body), ("delay", delay?.text), ("set", set?.text),
            ("remove", remove), ("set_request", setRequest?.text), ("remove_request", removeRequest),
            ("truncate", truncate.map { "\($0)" }),
            ("corrupt_at", corruptAt.map { $0.map(String.init).joined(separator: ",") }),
        ]
        return words.compactMap { name, text in text.map { (name, $0) } }
    }

    /// - Throws: ``HomeportError`` about the first that is wrong.
    package init(words: some Sequence<(name: String, text: String)>) throws(HomeportError) {
        var problems: [HomeportError] = []
        self = Self.read(try PlanNode(parsing: String(json: words), file: "http"), problems: &problems)
        if let first = problems.first { throw first }
    }

    // MARK: Plan

    package static let section = PlanSection<HTTPFault>(keys: [
        PlanKey("name", .called, to: \.name, example: "no-pay", "What it is called."),
        PlanKey("method", .method, to: \.method, example: "POST", "Only requests of this method."),
        PlanKey("path", .path, to: \.path, example: "/orders/*", "Only requests for this path; * stands for anything."),
        PlanKey(
            "header",
            .field,
            to: \.header,
            example: "x-user: 7",
            "Only requests with this field, or with this value of it."
        ),
        PlanKey("first", .number, to: \.first, example: "2", "Of those, only the next so many; then all is well."),
        PlanKey("every", .number, to: \.every, example: "10", "Of those, only each so-many-th."),
        PlanKey("share", .share, to: \.share, example: "5%", "Of those, only so many, by chance."),
        PlanKey("status", .status, to: \.status, example: "503", "Answered with this, in place of the target."),
        PlanKey("body", .words, to: \.body, example: "try later", "The text of that answer."),
        PlanKey("delay", .pause, to: \.delay, example: "2s", "Held so long before anything else."),
        PlanKey(
            "set",
            .field,
            to: \.set,
            example: "cache-control: no-store",
            "A field of the answer, in place of its own."
        ),
        PlanKey("remove", .fieldName, to: \.remove, example: "etag", "A field that the answer loses."),
        PlanKey("set_request", .field, to: \.setRequest, example: "x-user: 8", "The same, of the request."),
        PlanKey(
            "remove_request",
            .fieldName,
            to: \.removeRequest,
            example: "authorization",
            "The same, of the request."
        ),
        PlanKey(
            "truncate",
            .size,
            to: \.truncate,
            example: "1kB",
            "The answer's body ends after this, and the connection."
        ),
        PlanKey(
            "corrupt_at",
            .places,
            to: \.corruptAt,
            example: "0,100",
            "Bytes of the answer's body, counted from 0, whose lowest bit is turned over."
        ),
    ])

    package static func read(_ node: PlanNode, problems: inout [HomeportError]) -> HTTPFault {
        var fault = HTTPFault()
        let known = problems.count
        section.read(node, into: &fault, problems: &problems)
        guard problems.count == known else { return fault }
        if !fault.doesSomething {
            problems.append(node.wrong("nothing goes wrong here", fix: "say what, as in status: 503"))
        } else if fault.body != nil, fault.status == nil {
            problems.append(node.wrong("body is for an answer of ours", fix: "add status: 503"))
        } else if fault.status != nil, fault.changesTheirs {
            problems.append(
                node.wrong(
                    "with status, the target does not answer, and there is nothing of its to change",
                    fix: "leave status out"
                )
            )
        } else if fault.body != nil, [204, 304].contains(fault.status) {
            problems.append(node.wrong("an answer of that status has no body", fix: "leave body out"))
        }
        return fault
    }
}

extension PlanWord where Value == String? {
    fileprivate static let called = PlanWord { (text) throws(HomeportError) in try ConditionWord.name.parse(text) }
    fileprivate static let method = PlanWord { (text) throws(HomeportError) in
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw HomeportError(.badValue, "\"\(text)\" is no method", fix: "write it as in POST")
        }
        return text
    }
    fileprivate static let path = PlanWord { (text) throws(HomeportError) in
        guard text.hasPrefix("/") || text.hasPrefix("*") else {
            throw HomeportError(.badValue, "\"\(text)\" is no path", fix: "begin it with / or *")
        }
        return text
    }
    fileprivate static let words = PlanWord { (text) throws(HomeportError) in
        guard text.utf8.count <= 64 << 10 else { throw HomeportError(.badValue, "the body has more than 64 KiB") }
        return text
    }
    fileprivate static let fieldName = PlanWord { (text) throws(HomeportError) in
        try HTTPFault.Field(parsing: text).name
    }
}

extension HTTPFault.Field {
    var text: String { value.map { "\(name): \($0)" } ?? name }

    /// `x-user: 7`, or `x-user`.
    init(parsing text: String) throws(HomeportError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : nil
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
            }
        guard isToken, value?.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) ?? true, text.utf8.count <= 8 << 10 else {
            throw HomeportError(.badValue, "\"\(text)\" is no field", fix: "write it as in x-user: 7")
        }
        (self.name, self.value) = (name, value)
    }
}

extension PlanWord where Value == HTTPFault.Field? {
    fileprivate static let field = PlanWord { (text) throws(HomeportError) in try HTTPFault.Field(parsing: text) }
}

extension PlanWord where Value == UInt64? {
    fileprivate static let number = PlanWord(schema: ["type": "integer", "minimum": 1]) {
        (text) throws(HomeportError) in
        guard let number = UInt64(text), number > 0 else {
            throw HomeportError(.badValue, "\"\(text)\" counts no requests", fix: "write a whole number from 1")
        }
        return number
    }
}

extension PlanWord where Value == Probability? {
    fileprivate static let share = PlanWord { (text) throws(HomeportError) in try Probability(parsing: text) }
}

extension PlanWord where Value == Int? {
    fileprivate static let status = PlanWord(schema: ["type": "integer"]) { (text) throws(HomeportError) in
        guard let status = Int(text), (200...599).contains(status) else {
            throw HomeportError(.badValue, "\"\(text)\" is no status that ends a request", fix: "write 200 to 599")
        }
        return status
    }
}

extension PlanWord where Value == Duration? {
    fileprivate static let pause = PlanWord { (text) throws(HomeportError) in try Duration.condition(text) }
}

extension PlanWord where Value == ByteCount? {
    fileprivate static let size = PlanWord { (text) throws(HomeportError) in try ByteCount(parsing: text) }
}

extension PlanWord where Value == [UInt64]? {
    fileprivate static let places = PlanWord { (text) throws(HomeportError) in
        try ConditionWord.corruptAt.parse(text).sorted()
    }
}
