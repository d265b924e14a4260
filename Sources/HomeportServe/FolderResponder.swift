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
        let files = Descriptors.spare / loops.count
        caches = try await loops.onEach { loop in
            NIOLoopBoundBox(ResourceCache(bytes: Self.cacheBytes / loops.count, files: files), eventLoop: loop.loop)
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

    /// What the exchange's loop keeps between requests.
    func cache(for exchange: any Exchange) -> NIOLoopBoundBox<ResourceCache> { caches[exchange.loop.index] }

    private func serve(_ head: RequestHead, _ exchange: any Exchange) {
        let cache = cache(for: exchange)
        if let resource = head.with(head.path, { cache.value.find($0) }) {
            if resource.isCurrent(in: exchange.loop.currentTurn) { return answer(head, exchange, with: resource) }
            cache.value.drop(resource)
        }
        switch head.with(head.path, RequestPath.decode) {
        case .malformed(let why): exchange.refuse(Refusal(400, "path.malformed", why))
        case .notFound: hidden(head, exchange)
        case .path(let path): look(for: path, head, exchange)
        }
    }

    /// A path that names no file. The one below which live reload answers is among them, so that it hides none.
    private func hidden(_ head: RequestHead, _ exchange: any Exchange) {
        if let live, live.answer(head, exchange, fields) { return }
        notFound(head, exchange)
    }
}
