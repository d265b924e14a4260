import HomeportHTTP
import HomeportNet
import NIOCore

/// Which file, if any, answers for a path.
extension FolderResponder {
    func look(for path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        let relative = path.relative
        switch root.open(relative) {
        case .file(let file, let facts):
            guard !path.hasTrailingSlash else { return notFound(head, exchange) }
            found(Sought(relative, file, facts), head, exchange)
        case .folder(let folder, _):
            guard path.hasTrailingSlash else { return redirect(to: path, head, exchange) }
            answerForFolder(folder, path, head, exchange)
        case .nothing:
            guard plan.cleanURLs, !path.hasTrailingSlash else { return nothing(at: path, head, exchange) }
            let named = relative + Array(".html".utf8)
            switch root.open(named) {
            case .file(let file, let facts):
                found(Sought(named, file, facts, absent: [root.absolute(relative)]), head, exchange)
            case .exhausted: exhausted(exchange)
            case .folder, .nothing, .forbidden, .denied: nothing(at: path, head, exchange)
            }
        case .forbidden: notFound(head, exchange)
        case .denied: denied(head, exchange)
        case .exhausted: exhausted(exchange)
        }
    }

    private func answerForFolder(
        _ folder: OpenFile,
        _ path: RequestPath,
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        var absent: [CPath] = []
        for name in plan.index {
            let relative = path.relative(adding: Array(name.utf8))
            switch root.open(relative) {
            case .file(let file, let facts):
                return found(Sought(relative, file, facts, absent: absent), head, exchange)
            case .exhausted: return exhausted(exchange)
            case .denied: return denied(head, exchange)
            case .folder, .nothing, .forbidden: absent.append(root.absolute(relative))
            }
        }
        guard plan.listing else { return nothing(at: path, head, exchange) }
        list(folder, path, head, exchange)
    }

    /// A single-page application answers for pages that exist only in the browser: for navigations, never for the script
    /// or picture that is missing, whose 404 must stay a 404.
    ///
    /// Who asks decides here, not the path alone: so the page is kept for all such paths together and under none of
    /// them, and caches are told to ask again.
    private func nothing(at path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        guard plan.spa, isNavigation(head), path.segments.last.map({ !$0.contains(ASCII.dot) }) ?? true,
            let name = plan.index.first.map({ Array($0.utf8) })
        else { return notFound(head, exchange) }
        let cache = caches[exchange.loop]
        if let kept = cache.value.find(Self.applicationKey.readableBytesUInt8Span, of: owner) {
            if kept.isCurrent(in: exchange.loop.currentTurn) { return answer(head, exchange, with: kept) }
            cache.value.drop(kept)
        }
        switch root.open(name) {
        case .file(let file, let facts):
            var sought = Sought(name, file, facts)
            sought.key = Self.applicationKey
            sought.policy = fields
            sought.policy?.cache = "no-cache"
            sought.policy?.vary = "Accept, Accept-Encoding, Sec-Fetch-Mode"
            found(sought, head, exchange)
        case .exhausted: exhausted(exchange)
        case .folder, .nothing, .forbidden, .denied: notFound(head, exchange)
        }
    }

    /// No target's path is this: they start with a slash.
    private static let applicationKey = ByteBuffer(string: "single-page application")

    private func isNavigation(_ head: RequestHead) -> Bool {
        head.fields.text(.secFetchMode).map { $0 == "navigate" } ?? head.acceptsPages
    }
}
