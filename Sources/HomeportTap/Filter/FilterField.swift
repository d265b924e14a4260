import HomeportCore
import HomeportHTTP
import HomeportNet

/// What a test looks at.
enum FilterField: Sendable, Equatable {
    enum Sides: Sendable {
        case request, response, either

        var all: [TapSide] {
            switch self {
            case .request: [.request]
            case .response: [.response]
            case .either: [.request, .response]
            }
        }
    }

    enum Kind: Sendable {
        case number, time, size, text
    }

    case id, status, took, added, messages, pid
    case condition, kind
    case method, host, path, target, service, client, process, upstream, type, error, refusal, verdict, trace
    case size(Sides)
    case header(String, Sides)
    case body(Sides)

    /// As people write them.
    static let words: [(word: String, field: FilterField, example: String)] = [
        ("status", .status, "status>=500"), ("method", .method, "method=POST"), ("host", .host, "host=api.localhost"),
        ("path", .path, "path~/v1/"), ("target", .target, "target~q="), ("service", .service, "service=api"),
        ("took", .took, "took>200ms"), ("type", .type, "type=application/json"), ("size", .size(.response), "size>1MB"),
        ("request.size", .size(.request), "request.size>64KiB"), ("body", .body(.either), "body~timeout"),
        ("request.body", .body(.request), "request.body~\"id\":7"),
        ("response.body", .body(.response), "response.body~error"),
        ("client", .client, "client=127.0.0.1:50312"), ("process", .process, "process=curl"), ("pid", .pid, "pid=812"),
        ("upstream", .upstream, "upstream~:3000"),
        ("error", .error, "error~refused"), ("refusal", .refusal, "refusal=proxy.*"),
        ("access", .verdict, "access~uid:1000"), ("trace", .trace, "trace=0af7*"),
        ("id", .id, "id>100"), ("condition", .condition, "condition=latency"), ("added", .added, "added>100ms"),
        ("kind", .kind, "kind=websocket"), ("messages", .messages, "messages>10"),
    ]

    /// `header.x-user`, `request.header.cookie`.
    init?(_ word: String) {
        if let known = Self.words.first(where: { $0.word == word }) {
            self = known.field
            return
        }
        for (prefix, sides) in [
            ("request.header.", Sides.request), ("response.header.", .response), ("header.", .either),
        ]
        where word.hasPrefix(prefix) && word.utf8.count > prefix.utf8.count {
            self = .header(String(word.dropFirst(prefix.count)).lowercased(), sides)
            return
        }
        return nil
    }

    var kind: Kind {
        switch self {
        case .id, .status, .messages, .pid: .number
        case .took, .added: .time
        case .size: .size
        default: .text
        }
    }

    var cost: Int {
        switch self {
        case .id, .status, .took, .size, .kind: 0
        case .body: 2
        default: 1
        }
    }

    /// Of one of a number's kind; nil where the exchange has none.
    func number(of row: TapRow) -> Int64? {
        switch self {
        case .id: Int64(clamping: row.id)
        case .status: row.status == 0 ? nil : Int64(row.status)
        case .took: row.took
        case .added: row.added
        case .messages: Int64(clamping: row.messageCount)
        case .pid: row.process.map { Int64($0.pid) }
        case .size(.request): row.length(.request)
        case .size: row.length(.response)
        default: nil
        }
    }

    /// Each of its values.
    func texts(of subject: FilterSubject) -> [String] {
        let row = subject.row
        switch self {
        case .method: return row.method.isEmpty ? [] : [row.method]
        case .host: return row.authority.isEmpty ? [] : [Self.withoutPort(row.authority)]
        case .path: return [row.path]
        case .target: return [row.target]
        case .service: return row.service.map { [$0] } ?? []
        case .client: return row.client.map { [$0.text] } ?? []
        case .process: return row.process.map { [$0.command] } ?? []
        case .upstream: return row.upstream.map { [$0.text] } ?? []
        case .type: return row.type.map { [$0] } ?? []
        case .error: return row.error.map { [$0] } ?? []
        case .trace: return row.traceParent.map { [$0.trace] } ?? []
        case .refusal: return row.refusal.map { [$0] } ?? []
        case .verdict: return row.verdict.map { [$0] } ?? []
        case .kind: return [row.kind.word]
        // By what it is, by its link, or by both.
        case .condition:
            return row.conditions.flatMap { [$0.condition, $0.link, "\($0.link)/\($0.condition)"] }
        case .header(let name, let sides):
            return sides.all.flatMap { row.fields($0).values(of: name) }
        case .body, .id, .status, .took, .added, .messages, .pid, .size: return []
        }
    }

    func isThere(in subject: FilterSubject) -> Bool {
        switch self {
        case .body(let sides): sides.all.contains { subject.row.length($0) > 0 }
        case .added, .messages, .size: number(of: subject.row) ?? 0 > 0
        case .id, .status, .took, .pid: number(of: subject.row) != nil
        default: !texts(of: subject).isEmpty
        }
    }

    /// - Throws: ``HomeportError`` for a text that no exchange can have there.
    func check(_ text: String) throws(HomeportError) {
        switch self {
        case .kind where !text.contains("*"):
            let known = TapKind.allCases.map(\.word)
            guard !known.contains(text.lowercased()) else { return }
            throw HomeportError(
                .badValue,
                "there is no kind \(text.harmless)",
                fix: "known: \(known.joined(separator: ", "))"
            )
        case .host where Self.withoutPort(text) != text:
            let bare = Self.withoutPort(text)
            throw HomeportError(
                .badValue,
                "a host is compared without its port, and an address of IPv6 in brackets",
                fix: bare.isEmpty || text.dropFirst(bare.count + 1).contains(":")
                    ? "write host=[\(text.harmless)]" : "write host=\(bare.harmless), or header.host=\(text.harmless)"
            )
        default: break
        }
    }

    private static func withoutPort(_ authority: String) -> String {
        let bytes = Array(authority.utf8)
        return String(decoding: bytes[Authority.host(of: bytes.span)], as: UTF8.self)
    }
}

extension Substring {
    var trimmed: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text.drop { $0 == " " || $0 == "\t" }
    }
}
