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
    let caches: FolderCaches
    let owner: FolderCaches.Owner

    /// - Parameter folder: Absolute path.
    package init(folder: String, plan: FolderPlan, caches: FolderCaches, live: LiveReload? = nil) {
        root = Root(path: folder)
        self.plan = plan
        self.live = live
        fields = FieldPolicy(
            cache: plan.cache,
            allowedOrigin: plan.cors?.origin,
            extra: plan.headers.map { ($0.name, $0.value) }
        )
        self.caches = caches
        owner = caches.newOwner()
    }

    /// Lets go of the files that are kept, once this no longer answers.
    package func letGo() { caches.dropAll(of: owner) }

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
        let cache = caches[exchange.loop]
        if let resource = head.with(head.path, { cache.value.find($0, of: owner) }) {
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
