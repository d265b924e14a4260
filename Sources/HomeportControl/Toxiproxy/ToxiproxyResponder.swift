import HomeportCore
package import HomeportHTTP
package import HomeportRuntime
import NIOCore
import Synchronization

/// Toxiproxy's HTTP API, byte for byte where its clients look: routes, statuses, bodies, types and errors.
package final class ToxiproxyResponder: Responder {
    private let server: ToxiproxyServer
    private let project: Project
    private let options: ToxiproxyOptions
    private let requests = Atomic<UInt32>(0)

    package init(_ project: Project, _ options: ToxiproxyOptions) {
        self.project = project
        self.options = options
        server = ToxiproxyServer(project, seed: options.seed)
    }

    /// Makes the proxies of a configuration, as `/populate` does.
    package func populate(_ config: ToxiproxyOptions.Config) async {
        let body = Array(config.text.utf8)
        let (proxies, problem) = await server.populate(body)
        config.onPopulated(proxies?.count ?? 0, problem?.text)
    }

    // MARK: Routes

    private enum Route: Equatable {
        case version, proxies, populate, reset, metrics
        case proxy(String)
        case toxics(String)
        case toxic(String, String)

        init?(_ path: String) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
            guard path.hasPrefix("/"), !parts.contains("") else { return nil }
            switch (parts.count, parts[0]) {
            case (1, "version"): self = .version
            case (1, "proxies"): self = .proxies
            case (1, "populate"): self = .populate
            case (1, "reset"): self = .reset
            case (1, "metrics"): self = .metrics
            case (2, "proxies"): self = .proxy(parts[1])
            case (3, "proxies") where parts[2] == "toxics": self = .toxics(parts[1])
            case (4, "proxies") where parts[2] == "toxics": self = .toxic(parts[1], parts[3])
            default: return nil
            }
        }

        func takes(_ method: Method) -> Bool {
            switch self {
            case .metrics: true
            case .version: method == .get
            case .proxies: method == .get || method == .post
            case .populate, .reset: method == .post
            case .proxy, .toxic: [.get, .post, .patch, .delete].contains(method)
            case .toxics: method == .get || method == .post
            }
        }
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        let path = ToxiproxyPath.decoded(head.text(head.path))
        let clean = ToxiproxyPath.clean(path)
        guard clean == path else {
            let query = head.query.map { "?\(head.text($0))" } ?? ""
            return exchange.answer(Self.head(301, "", nil, ("Location", ToxiproxyPath.encoded(clean) + query)), nil)
        }
        guard let route = Route(path), route != .metrics || options.hasMetrics else {
            return Self.plain(404, "404 page not found\n", nil, exchange)
        }
        guard route.takes(head.method) else { return exchange.answer(Self.head(405, "", nil, nil), nil) }
        let id = requestID()
        // Before anything that could change something: a page in a browser has no business here.
        if head.fields.text(.userAgent)?.hasPrefix("Mozilla/") == true {
            return Self.plain(403, "User agent not allowed\n", id, exchange)
        }
        let method = head.method
        guard method != .get, method != .delete, route != .reset else {
            return answer(exchange, id) { [self] in await reply(method, route, []) }
        }
        exchange.collect(
            upTo: Self.largestBody,
            orElse: {
                let error = ToxiproxyError.badBody("it has more than \(Self.largestBody >> 20) MiB")
                Self.plain(413, "{\(ToxiproxyError(error.text, 413).fields)}\n", id, exchange)
            }
        ) { [self] body in
            answer(exchange, id) { [self] in await reply(method, route, Array(body.readableBytesView)) }
        }
    }

    // MARK: Work

    private enum Reply: Sendable {
        case text(Int, String, type: String = "application/json")
        case empty
        case error(ToxiproxyError)
    }

    private func reply(_ method: Method, _ route: Route, _ body: [UInt8]) async -> Reply {
        // Whether somebody is there is told whatever else is being done.
        if route == .version { return version }
        do throws(ToxiproxyError) {
            return try await server.inTurn { server async throws(ToxiproxyError) in
                try await self.reply(method, route, body, server)
            }
        } catch { return .error(error) }
    }

    private func reply(_ method: Method, _ route: Route, _ body: [UInt8], _ server: isolated ToxiproxyServer)
        async throws(ToxiproxyError) -> Reply
    {
        switch (route, method) {
        case (.version, _): return version
        case (.metrics, _):
            return .text(
                200,
                await ToxiproxyMetrics.text(project, options),
                type: LinkMetrics.contentType
            )
        case (.proxies, .get): return .text(200, await server.index())
        case (.proxies, _):
            let proxy = try ToxiproxyRequests.proxy(ToxiproxyRequests.json(body))
            return .text(201, try await server.create(proxy))
        case (.populate, _):
            let (proxies, problem) = await server.populate(body)
            let list = proxies.map { "[\($0.joined(separator: ","))]" } ?? "null"
            let error = problem.map { "\($0.fields)," } ?? ""
            return .text(problem?.status ?? 201, "{\(error)\"proxies\":\(list)}")
        case (.reset, _):
            try await server.reset()
            return .empty
        case (.proxy(let name), .get): return .text(200, try await server.show(name))
        case (.proxy(let name), .delete):
            try await server.delete(name)
            return .empty
        case (.proxy(let name), _): return .text(200, try await server.update(name, body))
        case (.toxics(let proxy), .get): return .text(200, try await server.toxics(proxy))
        case (.toxics(let proxy), _): return .text(200, try await server.addToxic(proxy, body))
        case (.toxic(let proxy, let name), .get): return .text(200, try await server.toxic(proxy, name))
        case (.toxic(let proxy, let name), .delete):
            try await server.removeToxic(proxy, name)
            return .empty
        case (.toxic(let proxy, let name), _): return .text(200, try await server.updateToxic(proxy, name, body))
        }
    }

    private var version: Reply {
        .text(200, "{\"version\": \"\(options.version)\"}\n", type: "application/json;charset=utf-8")
    }

    // MARK: Answers

    private func answer(_ exchange: any Exchange, _ id: String, _ work: @escaping @Sendable () async -> Reply) {
        let loop = exchange.loop.loop
        let bound = NIOLoopBound(exchange, eventLoop: loop)
        loop.makeFutureWithTask(work).whenSuccess { reply in
            switch reply {
            case .text(let status, let text, let type):
                let head = Self.head(status, text, id, ("Content-Type", type))
                bound.value.answer(head, ByteBuffer(string: text))
            case .empty:
                var head = ResponseHead(204, body: .none)
                head.add("X-Toxiproxy-Request-Id", id)
                bound.value.answer(head, nil)
            case .error(let error): Self.plain(error.status, "{\(error.fields)}\n", id, bound.value)
            }
        }
    }

    private static func plain(_ status: Int, _ text: String, _ id: String?, _ exchange: any Exchange) {
        var head = head(status, text, id, ("Content-Type", "text/plain; charset=utf-8"))
        head.add("X-Content-Type-Options", "nosniff")
        exchange.answer(head, ByteBuffer(string: text))
    }

    private static func head(
        _ status: Int,
        _ text: String,
        _ id: String?,
        _ field: (name: StaticString, value: String)?
    ) -> ResponseHead {
        var head = ResponseHead(status, body: .length(Int64(text.utf8.count)))
        if let field { head.add(field.name, field.value) }
        if let id { head.add("X-Toxiproxy-Request-Id", id) }
        return head
    }

    private static let largestBody = 16 << 20

    /// Twenty letters and digits that no other request has: of this process, and a count.
    private func requestID() -> String {
        let count = requests.add(1, ordering: .relaxed).newValue
        var bytes = withUnsafeBytes(of: Self.process.bigEndian, Array.init)
        bytes += withUnsafeBytes(of: count.bigEndian, Array.init)
        let letters = Array("0123456789abcdefghijklmnopqrstuv")
        var (text, bits, held) = ("", UInt32(0), 0)
        for byte in bytes {
            (bits, held) = (bits << 8 | UInt32(byte), held + 8)
            while held >= 5 {
                held -= 5
                text.append(letters[Int(bits >> UInt32(held) & 31)])
            }
        }
        text.append(letters[Int(bits << UInt32(5 - held) & 31)])
        return text
    }

    private static let process = UInt64.random(in: 0 ... .max)
}
