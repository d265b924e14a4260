package import HomeportHTTP
import NIOCore

/// Tells open pages that a file has changed.
///
/// A page gets a script (``LiveScript``) that listens to an event stream at `/.homeport/live`. The path is hidden, as all
/// that begins with a dot is, so that it takes no file's place.
package final class LiveReload: Sendable {
    private let watch: FolderWatch
    private let pages: LivePages

    private init(watch: FolderWatch, pages: LivePages) {
        self.watch = watch
        self.pages = pages
    }

    /// - Parameters:
    ///   - folder: Absolute path.
    ///   - onWarning: Told once when a change may go unseen, and what to do about it.
    package static func start(
        folder: String,
        loops: ServerLoops,
        onWarning: @escaping @Sendable (String) -> Void
    ) async throws -> LiveReload {
        let pages = try await LivePages(loops)
        let watch = try await FolderWatch.start(folder, onWarning: onWarning) { pages.tell($0) }
        return LiveReload(watch: watch, pages: pages)
    }

    /// Ends every stream, so that none holds up a server that is to stop.
    package func stop() async {
        await watch.stop()
        await pages.end()
    }

    /// - Returns: False where the path is none of its own.
    func answer(_ head: RequestHead, _ exchange: any Exchange, _ fields: FieldPolicy) -> Bool {
        let path = head.text(head.path)
        guard path == LiveScript.path || path == LiveScript.streamPath else { return false }
        guard head.method == .get else {
            exchange.refuse(Refusal(405, "live.method", "only GET is meant for this"))
            return true
        }
        if path == LiveScript.path { LiveScript.answer(exchange) } else { pages.add(exchange) }
        return true
    }
}

/// What a change asks of a page.
enum LiveChange: String, Sendable {
    /// Only style sheets changed: they can be swapped while the page stays as it is.
    case styles
    case page
}
