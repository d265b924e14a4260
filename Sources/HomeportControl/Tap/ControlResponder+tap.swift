import HomeportCore
import HomeportHTTP
import HomeportNet
import HomeportRuntime
import HomeportTap
import NIOCore

/// The record, as the control API has it.
extension ControlResponder {
    func respondOfTap(to head: RequestHead, _ path: Substring, _ exchange: any Exchange) {
        let query = QueryWords(head.query.map { head.text($0) } ?? "")
        let store = project.tap.store
        if head.method == .delete, path.isEmpty {
            return answer(exchange) {
                store.clear()
                return .accepted
            }
        }
        guard head.method.isGetOrHead else {
            return refuse(
                405,
                "control.method",
                "GET tells it",
                ("Allow", path.isEmpty ? "GET, HEAD, DELETE" : "GET, HEAD"),
                exchange
            )
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        switch parts {
        case []: answer(exchange) { try Self.page(query, store) }
        case ["har"]: download(query, store, exchange) { HARExport($0) }
        case ["pcapng"]: download(query, store, exchange) { PcapngExport($0) }
        case ["news"]: answer(exchange) { try await Self.news(query, store) }
        default:
            guard let id = parts.first.flatMap({ UInt64(digits: $0) }), let row = store.row(id) else {
                let name = (parts.first ?? "").harmless
                return refuse(404, "tap.row", "there is no exchange \(name), or no more", nil, exchange)
            }
            switch Array(parts.dropFirst()) {
            case []: answer(exchange) { .ok(TapExchangeMessage(row, in: store)) }
            case ["messages"]:
                answer(exchange) {
                    try query.only("from", "limit")
                    let from = try query.number("from", in: 0...1 << 20) ?? 0
                    let limit = try query.number("limit", in: 1...TapMessageList.most) ?? 100
                    return .ok(TapMessageList(row, in: store, from: from, limit: limit))
                }
            case ["request"]: send(row.requestHead, head, exchange)
            case ["request", "sent"]: send(row.sentHead, head, exchange)
            case ["response"]: send(row.responseHead, head, exchange)
            case ["response", "received"]: send(row.receivedHead, head, exchange)
            case ["curl"]:
                do {
                    try query.only("secrets")
                    let isShown = try query.flag("secrets")
                    let text = CurlExport(isShown ? .none : .secrets).text(row, in: store)
                    send(Array(text.utf8), head, exchange)
                } catch {
                    Self.send(.problems([error]), exchange)
                }
            case ["mock"]:
                do { send(Array(try MockExport().text(row, in: store).utf8), head, exchange) } catch {
                    refuse(404, "export.mock", error.what, nil, exchange)
                }
            case ["request", "body"]: send(store.body(.request, of: row).bytes, head, exchange)
            case ["response", "body"]: send(store.body(.response, of: row).bytes, head, exchange)
            default:
                refuse(
                    404,
                    "control.path",
                    "an exchange has /messages, /curl, /mock, /request and /response, each of these with /body",
                    nil,
                    exchange
                )
            }
        }
    }

    func beginEvents(_ head: RequestHead, _ exchange: any Exchange) {
        let query = QueryWords(head.query.map { head.text($0) } ?? "")
        do {
            try query.only("filter")
            let last = head.fields.lines.first { head.fields.isNamed($0, "last-event-id") }
                .flatMap { UInt64(digits: head.text($0.valueRange)) }
            let filter = try TapFilter(parsing: query["filter"] ?? "")
            if !TapEvents.start(exchange, project.tap.store, filter, after: last) {
                refuse(503, "events.many", "\(TapEvents.most) listen already", nil, exchange)
            }
        } catch {
            Self.send(.problems([error]), exchange)
        }
    }

    private func download(
        _ query: QueryWords,
        _ store: TapStore,
        _ exchange: any Exchange,
        _ export: (Redaction) -> any TapExport
    ) {
        let isShown: Bool
        do {
            try query.only("filter", "secrets")
            isShown = try query.flag("secrets")
        } catch {
            return Self.send(.problems([error]), exchange)
        }
        let loop = exchange.loop.loop
        let bound = NIOLoopBound(exchange, eventLoop: loop)
        let export = export(isShown ? .none : .secrets)
        loop.makeFutureWithTask {
            do {
                return .success(try TapDownload.find(try TapFilter(parsing: query["filter"] ?? ""), in: store))
            } catch { return .failure(error) }
        }
        .whenSuccess { (found: Result<[UInt64], any Error>) in
            switch found {
            case .success(let ids): TapDownload(ids, of: store, export, to: bound.value).start()
            case .failure(let error): Self.send(.problems([Self.problem(error)]), bound.value)
            }
        }
    }

    private static func page(_ query: QueryWords, _ store: TapStore) throws -> Answer {
        try query.only("filter", "order", "from", "limit")
        var wanted = TapQuery(filter: try TapFilter(parsing: query["filter"] ?? ""))
        if let text = query["order"] {
            guard let order = TapQuery.Order(rawValue: text) else {
                let known = TapQuery.Order.allCases.map(\.rawValue).joined(separator: ", ")
                throw HomeportError(
                    .badValue,
                    "\"\(text.harmless)\" is no order",
                    where: "order",
                    fix: "known: \(known)"
                )
            }
            wanted.order = order
        }
        wanted.from = try query.number("from", in: 0...UInt64.max)
        if let limit = try query.number("limit", in: 1...TapQuery.mostRows) { wanted.limit = limit }
        let window = try wanted.run(on: store)
        return .ok(
            TapPage(
                rows: window.rows.map(TapRowMessage.init),
                next: window.next,
                scanned: window.scanned,
                counters: store.counters
            )
        )
    }

    private static func news(_ query: QueryWords, _ store: TapStore) async throws -> Answer {
        try query.only("filter", "after", "wait")
        let filter = try TapFilter(parsing: query["filter"] ?? "")
        var after = try query.number("after", in: 0...UInt64.max) ?? store.newest
        let end = ContinuousClock.now + .seconds(try query.number("wait", in: 0...60) ?? 0)
        var missed: UInt64 = 0
        while true {
            let seen = store.changes.number
            let news = store.news(after: after, limit: TapQuery.mostRows)
            missed += news.missed
            let rows = news.rows.filter { filter.matches($0, in: store) }
            let left = end - .now
            if !rows.isEmpty || left <= .zero {
                return .ok(TapNews(rows: rows.map(TapRowMessage.init), next: news.next, missed: missed))
            }
            if news.next == after { await store.changes.wait(after: seen, within: left) }
            after = news.next
            try Task.checkCancellation()
        }
    }

    /// Bytes as they are, or a range of them. Never as what they claim to be: it is somebody else's page.
    private func send(_ bytes: [UInt8], _ head: RequestHead, _ exchange: any Exchange) {
        var range = 0..<bytes.count
        let asked = head.fields.first(.range).map { head.with($0) { ByteRanges.judge($0, length: Int64(bytes.count)) } }
        switch asked {
        case .one(let part): range = Int(part.lowerBound)..<Int(part.upperBound)
        case .all, .several, nil: break
        case .unsatisfiable:
            return refuse(
                416,
                "control.range",
                "it has \(bytes.count) bytes, and none of those",
                ("Content-Range", "bytes */\(bytes.count)"),
                exchange
            )
        }
        var answer = ResponseHead(range.count == bytes.count ? 200 : 206, body: .length(Int64(range.count)))
        answer.add("Content-Type", "application/octet-stream")
        answer.add("Content-Disposition", "attachment")
        answer.add("Cache-Control", "no-store")
        answer.add("X-Content-Type-Options", "nosniff")
        answer.add("Accept-Ranges", "bytes")
        if range.count != bytes.count {
            answer.add("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)")
        }
        exchange.answer(answer, ByteBuffer(bytes: bytes[range]))
    }
}
