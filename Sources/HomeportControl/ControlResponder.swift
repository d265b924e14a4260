import HomeportCore
import HomeportDoor
import HomeportGuard
package import HomeportHTTP
package import HomeportRuntime
import HomeportTap
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The control API, version 1: what a project is, and how it is changed and stopped.
///
/// | request | answer |
/// |---|---|
/// | `GET /api/v1/status` | 200, ``ProjectStatus`` |
/// | `POST /api/v1/plan` | 200, ``PlanChange``; 422 and ``ControlProblems`` if the text is no plan, which changes nothing |
/// | `GET /api/v1/links` | 200, ``LinkList`` |
/// | `POST /api/v1/links` | 200, ``LinkList`` of those that were changed; 422 and ``ControlProblems`` |
/// | `GET /api/v1/logs?service=NAME&after=N&wait=S` | 200, ``LogPage``: what programs have said, waited for at most S seconds |
/// | `POST /api/v1/restart` | 200, ``ProjectStatus`` once they have ended and are started again; 422 |
/// | `GET /api/v1/tap?filter=&order=newest&from=ID&limit=100` | 200, ``TapPage``: a window of the record; with `next`, it goes on |
/// | `DELETE /api/v1/tap` | 202: the record is empty |
/// | `GET /api/v1/tap/news?filter=&after=N&wait=S` | 200, ``TapNews``: what was added or has changed, waited for at most S seconds |
/// | `GET /api/v1/tap/har?filter=&secrets=false` | 200, all that match as an HTTP Archive, in the order in which they began |
/// | `GET /api/v1/tap/pcapng?filter=&secrets=false` | 200, the same as a packet capture |
/// | `GET /api/v1/tap/ID/request/sent`, `/response/received` | 200, the head that the service was sent, and that it sent |
/// | `GET /api/v1/tap/ID/curl?secrets=false` | 200, a line for a shell |
/// | `GET /api/v1/tap/ID/mock` | 200, a piece of a plan that answers the same; 404 where a plan cannot |
/// | `GET /api/v1/tap/ID` | 200, ``TapExchangeMessage``; 404 where it is gone |
/// | `GET /api/v1/tap/ID/messages?from=N&limit=100` | 200, ``TapMessageList``: frames, events, datagrams, pieces |
/// | `GET /api/v1/tap/ID/request`, `/response` | 200, the head as it came |
/// | `GET /api/v1/tap/ID/request/body`, `/response/body` | 200 or 206, what is kept of it |
/// | `GET /api/v1/events?filter=` | 200, ``TapEvents``: what is new in the record, as server-sent events; 503 where too many listen |
/// | `GET /api/v1/metrics` | 200, what links have done and the record holds, for Prometheus |
/// | `POST /api/v1/stop` | 202, then the process ends |
///
/// HEAD is answered where GET is, but for events. Whatever is refused is answered with ``ControlProblems``, too: 401, 404, 405, 413,
/// 416, 503. `docs/openapi.yaml` says all of it.
///
/// On the project's unix socket, whoever can open it may ask. By TCP it answers to `homeport.localhost` alone, and only
/// to who has the token.
package final class ControlResponder: Responder {
    let project: Project
    private let token: String?
    private let onStop: @Sendable () -> Void

    /// - Parameter token: What `Authorization: Bearer` must carry; nil on a socket that has its own permissions.
    package init(_ project: Project, token: String?, onStop: @escaping @Sendable () -> Void) {
        self.project = project
        self.token = token
        self.onStop = onStop
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        guard isLetIn(head) else {
            return refuse(
                401,
                "control.token",
                "the control API needs the token",
                ("WWW-Authenticate", "Bearer"),
                exchange
            )
        }
        let path = head.text(head.path)
        if path == Self.tap || path.hasPrefix(Self.tap + "/") {
            return respondOfTap(to: head, path.dropFirst(Self.tap.count), exchange)
        }
        // To HEAD, without its body; there is none of a stream.
        let method = head.method == .head && path != "/api/v1/events" ? .get : head.method
        switch (method, path) {
        case (.get, "/api/v1/events"): beginEvents(head, exchange)
        case (.get, "/api/v1/status"): answer(exchange) { [project] in .ok(await project.status) }
        case (.post, "/api/v1/plan"):
            collect(exchange) { [self] body in answer(exchange) { [self] in try await change(body) } }
        case (.get, "/api/v1/links"): answer(exchange) { [project] in .ok(LinkList(links: await project.status.links)) }
        case (.post, "/api/v1/links"):
            collect(exchange) { [self] body in answer(exchange) { [self] in try await changeLinks(body) } }
        case (.get, "/api/v1/metrics"):
            answer(exchange) { [project] in
                .text(LinkMetrics.text(await project.status.links) + TapMetrics.text(project.tap.store))
            }
        case (.get, "/api/v1/logs"):
            let query = head.query.map { head.text($0) } ?? ""
            answer(exchange) { [self] in .ok(try await lines(try LogQuery(query))) }
        case (.post, "/api/v1/restart"):
            collect(exchange) { [self] body in answer(exchange) { [self] in try await restart(body) } }
        case (.post, "/api/v1/stop"):
            // Set first: the answer may end the exchange at once.
            exchange.onClosed = onStop
            answer(exchange) { .accepted }
        case (_, "/api/v1/status"), (_, "/api/v1/metrics"), (_, "/api/v1/logs"):
            refuse(405, "control.method", "GET tells it", ("Allow", "GET, HEAD"), exchange)
        case (_, "/api/v1/events"): refuse(405, "control.method", "GET tells it", ("Allow", "GET"), exchange)
        case (_, "/api/v1/links"):
            refuse(405, "control.method", "GET lists links, POST changes them", ("Allow", "GET, HEAD, POST"), exchange)
        case (_, "/api/v1/plan"), (_, "/api/v1/stop"), (_, "/api/v1/restart"):
            refuse(405, "control.method", "POST changes something", ("Allow", "POST"), exchange)
        default:
            refuse(
                404,
                "control.path",
                "the control API has /api/v1/status, /plan, /links, /logs, /restart, /tap, /events, /metrics and /stop",
                nil,
                exchange
            )
        }
    }

    private static let tap = "/api/v1/tap"

    func refuse(
        _ status: Int,
        _ code: String,
        _ what: String,
        _ field: (name: StaticString, value: String)?,
        _ exchange: any Exchange
    ) {
        let error = HomeportError(HomeportError.Code(code, .words), what)
        Self.send(status, ControlProblems([error]), field, exchange)
    }

    private func isLetIn(_ head: RequestHead) -> Bool {
        guard let token else { return true }
        // The scheme's case does not matter (RFC 9110, section 11.1).
        guard let value = head.fields.text(.authorization), value.prefix(7).lowercased() == "bearer " else {
            return false
        }
        return ConstantTime.equal(Array(value.dropFirst(7).utf8), Array(token.utf8))
    }

    private func change(_ body: ByteBuffer) async throws -> Answer {
        let wish: PlanWish = try Self.read(body, required: ["text", "file", "directory"], optional: ["dry_run"])
        guard wish.directory.hasPrefix("/") else {
            return .problems([HomeportError(.badValue, "the directory must be an absolute path", where: wish.directory)]
            )
        }
        switch Plan.read(wish.text, file: wish.file, directory: wish.directory) {
        case .failure(let problems): return .problems(problems.all)
        case .success(let plan):
            let running = await project.plan
            guard plan.file == running.file else {
                let own = running.file ?? "the command line"
                return .problems([HomeportError(.badValue, "this project's plan is another", where: own)])
            }
            if wish.dryRun { return .ok(await project.difference(to: plan)) }
            do {
                let change = try await project.apply(plan)
                await project.settled()
                return .ok(change)
            } catch {
                return .problems([Self.problem(error)])
            }
        }
    }

    private func changeLinks(_ body: ByteBuffer) async throws -> Answer {
        let change: LinkChange = try Self.read(body, required: ["links", "action"], optional: ["conditions", "for"])
        let links = try await project.change(change.wish)
        // A link that stood alone takes its process along.
        if await project.isEmpty { onStop() }
        return .ok(LinkList(links: links))
    }

    private func restart(_ body: ByteBuffer) async throws -> Answer {
        let wish: RestartWish = try Self.read(body, required: ["services"])
        guard !wish.services.isEmpty else {
            throw HomeportError(.badValue, "services names none", fix: "name those that are to be started again")
        }
        try await project.restart(wish.services)
        await project.settled()
        return .ok(await project.status)
    }

    /// - Throws: ``HomeportError`` where a key is missing, or is there that nobody asked for: a slip would be taken for one left out.
    private static func read<Wish: Decodable>(
        _ body: ByteBuffer,
        required: [String],
        optional: [String] = []
    ) throws(HomeportError) -> Wish {
        let data = Data(body.readableBytesView)
        guard let wish = try? JSONDecoder().decode(Wish.self, from: data),
            let keys = try? JSONDecoder().decode(ObjectKeys.self, from: data)
        else {
            let words = required.map { "\"\($0)\"" }.joined(separator: ", ")
            throw HomeportError(.badValue, "the body is not {\(words)} in JSON")
        }
        if let null = keys.nulls.min() {
            throw HomeportError(.badValue, "\(null.harmless) is null", fix: "leave it out")
        }
        let known = required + optional
        guard let unknown = keys.names.sorted().first(where: { !known.contains($0) }) else { return wish }
        let near = Spelling.nearest(to: unknown, among: known).map { "did you mean \($0)?" }
        throw HomeportError(
            .badValue,
            "\(unknown.harmless) is no key here",
            fix: near ?? "known: \(known.joined(separator: ", "))"
        )
    }

    private func lines(_ query: LogQuery) async throws -> LogPage {
        // A slip would be waited for for ever.
        if let name = query.service {
            let names = await project.plan.services.map(\.name.text)
            guard names.contains(name) else {
                let near = Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" }
                throw HomeportError(.badValue, "there is no service \(name.harmless)", where: "service", fix: near)
            }
        }
        if query.wait > 0 { await project.programLog.wait(after: query.after, within: .seconds(query.wait)) }
        let (lines, next) = project.programLog.lines(of: query.service, after: query.after)
        return LogPage(lines: lines, next: next)
    }

    // MARK: Answers

    enum Answer: Sendable {
        case ok(any Encodable & Sendable)
        case text(String)
        case accepted
        case problems([HomeportError])
    }

    /// What is thrown is a problem of the words.
    func answer(_ exchange: any Exchange, _ work: @escaping @Sendable () async throws -> Answer) {
        let loop = exchange.loop.loop
        let bound = NIOLoopBound(exchange, eventLoop: loop)
        loop.makeFutureWithTask {
            do { return try await work() } catch {
                return .problems([Self.problem(error)])
            }
        }
        .whenSuccess { (answer: Answer) in Self.send(answer, bound.value) }
    }

    static func problem(_ error: any Error) -> HomeportError {
        error as? HomeportError ?? HomeportError(.badValue, "\(error)")
    }

    static func send(_ answer: Answer, _ exchange: any Exchange) {
        switch answer {
        case .ok(let value): send(200, value, nil, exchange)
        case .text(let text): send(text, exchange)
        case .accepted: send(202, [String: String](), nil, exchange)
        case .problems(let problems): send(422, ControlProblems(problems), nil, exchange)
        }
    }

    private static func send(
        _ status: Int,
        _ value: any Encodable,
        _ field: (name: StaticString, value: String)?,
        _ exchange: any Exchange
    ) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            return exchange.refuse(Refusal(500, "control.encoding", "the answer cannot be written as JSON"))
        }
        var head = ResponseHead(status, body: .length(Int64(data.count)))
        head.add("Content-Type", "application/json")
        head.add("Cache-Control", "no-store")
        head.add("X-Content-Type-Options", "nosniff")
        if let field { head.add(field.name, field.value) }
        exchange.answer(head, ByteBuffer(bytes: data))
    }

    private static func send(_ text: String, _ exchange: any Exchange) {
        var head = ResponseHead(200, body: .length(Int64(text.utf8.count)))
        head.add("Content-Type", LinkMetrics.contentType)
        head.add("Cache-Control", "no-store")
        exchange.answer(head, ByteBuffer(string: text))
    }

    /// The whole body, as long as it can be a plan: in JSON that is at most six times as long as its text.
    private func collect(_ exchange: any Exchange, then: @escaping (ByteBuffer) -> Void) {
        exchange.collect(
            upTo: 6 << 20,
            orElse: { [self] in refuse(413, "control.body", "the body is larger than any plan", nil, exchange) },
            then: then
        )
    }
}
