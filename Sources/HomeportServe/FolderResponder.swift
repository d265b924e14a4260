import HomeportCore
package import HomeportHTTP
import HomeportNet
import NIOCore

/// Answers with the files of a folder.
///
///     target ─▶ kept? ─▶ still the same on disk? ─▶ conditions ─▶ range ─▶ answer
///               └─ no: decode the path ─▶ open it inside the root ─▶ read, build its head, keep
package final class FolderResponder: Responder {
    let root: Root
    let plan: FolderPlan
    let fields: FieldPolicy
    let live: LiveReload?
    private let caches: [NIOLoopBoundBox<ResourceCache>]

    /// Files up to this are kept in memory; larger ones are kept open.
    static let smallFile = 64 << 10
    private static let cacheBytes = 32 << 20

    /// - Parameter folder: Absolute path.
    package init(folder: String, plan: FolderPlan, loops: ServerLoops, live: LiveReload? = nil) async throws {
        root = Root(path: folder)
        self.plan = plan
        self.live = live
        fields = FieldPolicy(
            cache: plan.cache,
            allowedOrigin: plan.cors?.origin,
            extra: plan.headers.map { ($0.name, $0.value) }
        )
        let count = Descriptors.spare / loops.count
        caches = try await loops.onEach { loop in
            NIOLoopBoundBox(ResourceCache(bytes: Self.cacheBytes / loops.count, count: count), eventLoop: loop.loop)
        }
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        switch head.method {
        case .get, .head: serve(head, exchange)
        case .options: options(head, exchange)
        case .put where plan.upload: upload(head, exchange)
        case .other: exchange.refuse(Refusal(501, "method.unknown", "\(head.methodText) is no method known here"))
        default: refuseMethod(exchange)
        }
    }

    private func serve(_ head: RequestHead, _ exchange: any Exchange) {
        let cache = caches[exchange.loop.index]
        if let resource = head.with(head.path, { cache.value.find($0) }) {
            if resource.isCurrent(in: exchange.loop.currentTurn) { return answer(head, exchange, with: resource) }
            cache.value.drop(resource)
        }
        switch head.with(head.path, RequestPath.decode) {
        case .malformed(let why): exchange.refuse(Refusal(400, "path.malformed", why))
        case .notFound: notFound(head, exchange)
        case .path(let path): look(for: path, head, exchange)
        }
    }

    private func look(for path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        if let live, live.owns(path) { return live.respond(to: head, exchange, fields: fields) }
        let relative = path.relative
        switch root.open(relative) {
        case .file(let file, let facts):
            guard !path.hasTrailingSlash else { return notFound(head, exchange) }
            found(file, facts, at: relative, absent: [], head, exchange)
        case .folder(let folder, _):
            guard path.hasTrailingSlash else { return redirect(to: path, head, exchange) }
            answerForFolder(folder, path, head, exchange)
        case .nothing:
            if plan.cleanURLs, !path.hasTrailingSlash, !relative.isEmpty {
                let named = relative + Array(".html".utf8)
                if case .file(let file, let facts) = root.open(named) {
                    return found(file, facts, at: named, absent: [root.absolute(relative)], head, exchange)
                }
            }
            nothing(at: path, head, exchange)
        case .forbidden:
            notFound(head, exchange)
        case .exhausted:
            exhausted(exchange)
        }
    }

    private func answerForFolder(_ folder: OpenFile, _ path: RequestPath, _ head: RequestHead, _ exchange: any Exchange)
    {
        var absent: [CPath] = []
        for name in plan.index {
            let relative = path.segments.isEmpty ? Array(name.utf8) : path.relative + [ASCII.slash] + Array(name.utf8)
            if case .file(let file, let facts) = root.open(relative) {
                return found(file, facts, at: relative, absent: absent, head, exchange)
            }
            absent.append(root.absolute(relative))
        }
        guard plan.listing else { return nothing(at: path, head, exchange) }
        list(folder, path, head, exchange)
    }

    /// A single-page application answers for pages that exist only in the browser: for navigations, never for the script
    /// or picture that is missing, whose 404 must stay a 404.
    private func nothing(at path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        guard plan.spa, isNavigation(head), path.segments.last.map({ !$0.contains(ASCII.dot) }) ?? true,
            let name = plan.index.first, case .file(let file, let facts) = root.open(Array(name.utf8))
        else { return notFound(head, exchange) }
        found(file, facts, at: Array(name.utf8), absent: [root.absolute(path.relative)], head, exchange)
    }

    private func isNavigation(_ head: RequestHead) -> Bool {
        if let mode = head.text(.secFetchMode) { return mode == "navigate" }
        var takesPages = false
        head.forEachElement(of: .accept) { element in
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            if element.extracting(element.trimmed(0..<end)).equalsIgnoringCase("text/html") { takesPages = true }
        }
        return takesPages
    }

    private func found(
        _ file: OpenFile,
        _ facts: FileFacts,
        at relative: [UInt8],
        absent: [CPath],
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        let name = relative.lastIndex(of: ASCII.slash).map { Array(relative[($0 + 1)...]) } ?? relative
        let type = MediaType.of(name)
        if let live, type.hasPrefix("text/html") {
            return live.answer(file, facts, type: type, fields, head, exchange)
        }
        let identity = Representation(
            path: root.absolute(relative),
            file: file,
            facts: facts,
            coding: nil,
            contentType: type,
            policy: fields,
            keepBelow: Self.smallFile,
            now: exchange.loop.now
        )
        let key = head.bytes.getSlice(at: head.bytes.readerIndex + head.path.lowerBound, length: head.path.count)
        let resource = Resource(
            key: key.map { ByteBuffer(bytes: $0.readableBytesView) } ?? ByteBuffer(),
            identity: identity,
            absent: absent
        )
        if !identity.isYoung { caches[exchange.loop.index].value.keep(resource) }
        answer(head, exchange, with: resource)
    }

    private func answer(_ head: RequestHead, _ exchange: any Exchange, with resource: Resource) {
        guard head.hasAny(of: [.acceptEncoding]) else { return send(resource.identity, head, exchange) }
        for coding in AcceptedCodings(head).preferred {
            let sibling = resource.sibling(coding) { self.sibling($0, of: resource.identity, now: exchange.loop.now) }
            if let sibling { return send(sibling, head, exchange) }
        }
        send(resource.identity, head, exchange)
    }

    private func sibling(_ coding: ContentCoding, of identity: Representation, now: Int64) -> Representation? {
        let prefix = Array(root.path.utf8).count + 1
        let relative = identity.path.bytes.dropFirst(prefix) + coding.suffix
        guard FileFacts(at: root.absolute(Array(relative))) != nil,
            case .file(let file, let facts) = root.open(Array(relative))
        else { return nil }
        return Representation(
            path: root.absolute(Array(relative)),
            file: file,
            facts: facts,
            coding: coding,
            contentType: identity.contentType,
            policy: fields,
            keepBelow: Self.smallFile,
            now: now
        )
    }
}
