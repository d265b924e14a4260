import HomeportCore
import HomeportLink
import HomeportNet
import HomeportRuntime
import NIOCore

/// What Toxiproxy's API does, done to the links of a project: a proxy is a link, its toxics are the link's conditions.
actor ToxiproxyServer {
    private let project: Project
    private let seed: UInt64?
    private let turns = Turns()
    /// As they were given, where a proxy does not listen.
    private var listenTexts: [String: String] = [:]
    /// Toxics as they were given, by proxy and name: what a link's words cannot say, such as a latency below nothing.
    private var given: [String: [String: Toxic]] = [:]

    /// - Parameter seed: What the chance of proxies begins with that are made here; nil is made from their names.
    init(_ project: Project, seed: UInt64?) {
        self.project = project
        self.seed = seed
    }

    /// Whether other machines may reach what proxies listen at: where they may reach this.
    private var isOpen: Bool {
        get async { await project.plan.toxiproxy.map { !$0.isLoopback } ?? false }
    }

    /// One thing after the other, each of them whole.
    func inTurn<Value: Sendable>(
        _ body: @Sendable (isolated ToxiproxyServer) async throws(ToxiproxyError) -> Value
    ) async throws(ToxiproxyError) -> Value {
        await turns.take()
        defer { turns.end() }
        return try await body(self)
    }

    // MARK: Proxies

    /// All of them in one object, keys in the order of their bytes.
    func index() async -> String {
        let links = await project.allLinks.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return "{" + links.map { "\(GoText.string($0.name)):\(json($0))" }.joined(separator: ",") + "}"
    }

    func show(_ name: String) async throws(ToxiproxyError) -> String { json(try await link(name)) }

    func create(_ proxy: ToxiproxyRequests.Proxy) async throws(ToxiproxyError) -> String {
        if proxy.name.isEmpty { throw .missing("name") }
        if proxy.upstream.isEmpty { throw .missing("upstream") }
        return json(try await add(proxy))
    }

    private func add(_ proxy: ToxiproxyRequests.Proxy) async throws(ToxiproxyError) -> Link {
        guard await project.link(proxy.name) == nil else { throw .proxyExists }
        guard proxy.name.utf8.count <= Self.longestName else {
            throw .badBody("the name has more than \(Self.longestName) bytes")
        }
        guard !leadsToItself(proxy.listen, proxy.upstream) else {
            throw ToxiproxyError("the upstream \(proxy.upstream) is where the proxy listens itself", 500)
        }
        // No port is nobody's place: it is only told that the link is to dial what the upstream says.
        var plan = LinkPlan(name: proxy.name, to: .endpoint(Endpoint(.loopback(.homeport))))
        plan.seed = seed
        if proxy.isEnabled { plan.listen = try await place(proxy.listen) }
        let target = LinkTarget.stream(HostDialer(proxy.upstream), text: proxy.upstream)
        do {
            let link = try await project.addLink(plan, to: target, isOpen: proxy.isEnabled)
            let links = Set(await project.allLinks.map(\.name))
            listenTexts = listenTexts.filter { links.contains($0.key) }
            given = given.filter { links.contains($0.key) }
            listenTexts[proxy.name] = proxy.listen
            return link
        } catch { throw await cannotListen(proxy.listen, error) }
    }

    private static let longestName = 1024

    /// One connection would become all that there can be.
    private func leadsToItself(_ listen: String, _ upstream: String) -> Bool {
        guard let listen = try? ToxiproxyAddress(parsing: listen),
            let upstream = try? ToxiproxyAddress(parsing: upstream)
        else { return false }
        let here = ["localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""]
        return here.contains(upstream.host) && here.contains(listen.host) && listen.port == upstream.port
            && listen.port != 0
    }

    func update(_ name: String, _ body: [UInt8]) async throws(ToxiproxyError) -> String {
        let link = try await link(name)
        let now = ToxiproxyRequests.Proxy(
            name: name,
            listen: listenText(link),
            upstream: link.targetText,
            isEnabled: link.isOpen
        )
        let wanted = try ToxiproxyRequests.proxy(ToxiproxyRequests.json(body), over: now)
        if leadsToItself(wanted.listen, wanted.upstream) {
            throw ToxiproxyError("the upstream \(wanted.upstream) is where the proxy listens itself", 500)
        }
        if try await differs(link, wanted) {
            if link.isDatagram, wanted.upstream != link.targetText {
                throw ToxiproxyError("\(name) carries UDP: where it leads is its plan's to say", 500)
            }
            _ = await stop(name)
            listenTexts[name] = wanted.listen
            link.noteMove()
            let target = LinkTarget.stream(HostDialer(wanted.upstream), text: wanted.upstream)
            if wanted.upstream != link.targetText { try? await link.become(nil, to: target) }
        }
        if wanted.isEnabled { try await open(link) } else { _ = await stop(name) }
        return json(link)
    }

    /// Whether a proxy is to listen or lead elsewhere.
    private func differs(_ link: Link, _ wanted: ToxiproxyRequests.Proxy) async throws(ToxiproxyError) -> Bool {
        let listen = listenText(link)
        if wanted.upstream != link.targetText { return true }
        if wanted.listen == listen { return false }
        let address = try ToxiproxyAddress(parsing: wanted.listen)
        return address.resolved(isOpen: await isOpen) != listen
    }

    func populate(_ body: [UInt8]) async -> (proxies: [String]?, problem: ToxiproxyError?) {
        var done: [String] = []
        do throws(ToxiproxyError) {
            for proxy in try ToxiproxyRequests.proxies(try ToxiproxyRequests.json(body)) {
                if let link = await project.link(proxy.name) {
                    if try await differs(link, proxy) {
                        await remove(proxy.name)
                        done.append(json(try await add(proxy)))
                    } else {
                        done.append(json(link))
                    }
                } else {
                    done.append(json(try await add(proxy)))
                }
            }
        } catch { return (done.isEmpty ? nil : done, error) }
        return (done.isEmpty ? nil : done, nil)
    }

    func delete(_ name: String) async throws(ToxiproxyError) {
        _ = try await link(name)
        await remove(name)
    }

    private func remove(_ name: String) async {
        await project.removeLink(name)
        (listenTexts[name], given[name]) = (nil, nil)
    }

    /// Every proxy on, and no toxic left.
    func reset() async throws(ToxiproxyError) {
        for link in await project.allLinks {
            try await open(link)
            guard link.settings != LinkSettings() else { continue }
            var edit = LinkEdit()
            edit.clears = true
            try await set(link, edit, renewing: [])
            given[link.name] = nil
        }
    }

    // MARK: Listening

    private func link(_ name: String) async throws(ToxiproxyError) -> Link {
        guard let link = await project.link(name) else { throw .noProxy }
        return link
    }

    private func open(_ link: Link) async throws(ToxiproxyError) {
        guard !link.isOpen else { return }
        let text = listenText(link)
        let isSame = link.lastPlaces.first.map(ToxiproxyAddress.text) == text
        let place = isSame ? nil : try await place(text)
        do {
            _ = try await project.alter(link.name) { link in
                if let place { link.move(to: place) }
                try await link.open()
            }
        } catch { throw await cannotListen(text, error) }
    }

    private func stop(_ name: String) async -> Link? {
        guard let link = await project.link(name), link.isOpen else { return nil }
        listenTexts[name] = listenText(link)
        return try? await project.alter(name) { link in await link.stop(within: .zero) }
    }

    private func place(_ text: String) async throws(ToxiproxyError) -> ListenPlace {
        do throws(ToxiproxyError) {
            return try await ToxiproxyAddress(parsing: text).place(isOpen: await isOpen)
        } catch { throw ToxiproxyError("listen tcp: \(error.text)", error.status) }
    }

    /// The address it is bound to; where it is not, as it was given, or was bound before.
    private func listenText(_ link: Link) -> String {
        link.places.first.map(ToxiproxyAddress.text) ?? listenTexts[link.name]
            ?? link.lastPlaces.first.map(ToxiproxyAddress.text) ?? ""
    }

    /// In the words of Go's net package, which clients look for.
    private func cannotListen(_ text: String, _ error: any Error) async -> ToxiproxyError {
        guard let error = error as? HomeportError else { return ToxiproxyError("\(error)", 500) }
        guard let address = try? ToxiproxyAddress(parsing: text), let number = error.errno else {
            return ToxiproxyError(error.what, 500)
        }
        return ToxiproxyError(
            "listen tcp \(address.resolved(isOpen: await isOpen)): bind: \(SystemFailure.text(number).lowercased())",
            500
        )
    }

    private func json(_ link: Link) -> String {
        "{\"name\":\(GoText.string(link.name)),\"listen\":\(GoText.string(listenText(link)))"
            + ",\"upstream\":\(GoText.string(link.targetText)),\"enabled\":\(link.isOpen),\"Logger\":{}"
            + ",\"toxics\":[\(rows(link).map(\.toxic.json).joined(separator: ","))]}"
    }

    // MARK: Toxics

    private struct Row {
        let toxic: Toxic
        let meaning: Toxic.Meaning
    }

    /// A link's conditions as toxics: upstream first, each direction in the order in which they act; then what goes wrong with
    /// requests.
    private func rows(_ link: Link) -> [Row] {
        let settings = link.settings
        var rows: [Row] = []
        for (conditions, isUpstream) in [(settings.words.up, true), (settings.words.down, false)] {
            for condition in conditions.flatMap(\.single) {
                let meaning = Toxic.Meaning.condition(condition, isUpstream: isUpstream)
                rows.append(Row(toxic: Toxic(condition, isUpstream: isUpstream), meaning: meaning))
            }
        }
        rows += settings.http.map { Row(toxic: Toxic($0), meaning: .fault($0)) }
        var names: Set<String> = []
        return rows.map { row in
            var toxic = row.toxic
            if let given = given[link.name]?[toxic.name], (try? given.meaning()) == row.meaning { toxic = given }
            // Two that have no name can be alike.
            let name = toxic.name
            for number in 2... {
                if names.insert(toxic.name).inserted { break }
                toxic.name = "\(name)_\(number)"
            }
            return Row(toxic: toxic, meaning: row.meaning)
        }
    }

    func toxics(_ name: String) async throws(ToxiproxyError) -> String {
        "[" + rows(try await link(name)).map(\.toxic.json).joined(separator: ",") + "]"
    }

    func toxic(_ proxy: String, _ name: String) async throws(ToxiproxyError) -> String {
        guard let row = rows(try await link(proxy)).first(where: { $0.toxic.name == name }) else { throw .noToxic }
        return row.toxic.json
    }

    func addToxic(_ proxy: String, _ body: [UInt8]) async throws(ToxiproxyError) -> String {
        let link = try await link(proxy)
        let rows = rows(link)
        let toxic = try ToxiproxyRequests.toxic(ToxiproxyRequests.json(body)) { name in
            rows.contains { $0.toxic.name == name }
        }
        guard rows.count < Self.mostToxics else {
            throw ToxiproxyError("there are \(Self.mostToxics) toxics already", 500)
        }
        try await set(link, rows + [try row(toxic)], renewing: toxic.name)
        given[proxy, default: [:]][toxic.name] = toxic
        return toxic.json
    }

    private static let mostToxics = 10_000

    func updateToxic(_ proxy: String, _ name: String, _ body: [UInt8]) async throws(ToxiproxyError) -> String {
        let link = try await link(proxy)
        var rows = rows(link)
        guard let index = rows.firstIndex(where: { $0.toxic.name == name }) else { throw .noToxic }
        let toxic = try ToxiproxyRequests.update(ToxiproxyRequests.json(body), of: rows[index].toxic)
        rows[index] = try row(toxic)
        try await set(link, rows, renewing: name)
        given[proxy, default: [:]][name] = toxic
        return toxic.json
    }

    func removeToxic(_ proxy: String, _ name: String) async throws(ToxiproxyError) {
        let link = try await link(proxy)
        var rows = rows(link)
        guard let index = rows.firstIndex(where: { $0.toxic.name == name }) else { throw .noToxic }
        rows.remove(at: index)
        try await set(link, rows)
        given[proxy]?[name] = nil
    }

    private func row(_ toxic: Toxic) throws(ToxiproxyError) -> Row {
        do throws(HomeportError) { return Row(toxic: toxic, meaning: try toxic.meaning()) } catch {
            throw .badBody(error)
        }
    }

    /// - Parameter renewing: The toxic that this is about.
    private func set(_ link: Link, _ rows: [Row], renewing: String? = nil) async throws(ToxiproxyError) {
        var edit = LinkEdit()
        edit.clears = true
        func way(isUpstream: Bool) -> LinkEdit.Way {
            .list(
                rows.compactMap { row in
                    if case .condition(let words, isUpstream) = row.meaning { words } else { nil }
                }
            )
        }
        (edit.up, edit.down) = (way(isUpstream: true), way(isUpstream: false))
        edit.http = rows.compactMap { if case .fault(let fault) = $0.meaning { fault } else { nil } }
        // That nobody gets in is no toxic, and stays.
        switch link.settings.connect {
        case .accept: break
        case .refuse: edit.refuse = true
        case .unreachable: edit.unreachable = true
        }
        // What is no longer there need not be remembered.
        let names = Set(rows.map(\.toxic.name))
        given[link.name] = given[link.name]?.filter { names.contains($0.key) }
        try await set(link, edit, renewing: renewing.map { [$0] } ?? [])
    }

    private func set(_ link: Link, _ edit: LinkEdit, renewing: Set<String>) async throws(ToxiproxyError) {
        do {
            // Not in the middle of a change of the plan, nor of homeport link set.
            _ = try await project.alter(link.name) { link in try await link.set(edit, renewing: renewing) }
        } catch {
            throw ToxiproxyError((error as? HomeportError)?.what ?? "\(error)", 400)
        }
    }
}
