package import HomeportHTTP
package import NIOCore

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
    ///   - folder: Absolute path. It may come later.
    ///   - onWarning: Told once when a change may go unseen, and what to do about it.
    package static func start(
        folder: String,
        loops: ServerLoops,
        pulse: TimeAmount = .seconds(15),
        onWarning: @escaping @Sendable (String) -> Void
    ) async throws -> LiveReload {
        let pages = try await LivePages(loops, pulse: pulse)
        do {
            let watch = try await FolderWatch.start(folder, onWarning: onWarning) { pages.tell($0) }
            return LiveReload(watch: watch, pages: pages)
        } catch {
            await pages.end()
            throw error
        }
    }

    /// Ends every stream, so that none holds up a server that is to stop.
    package func stop() async {
        await watch.stop()
        await pages.end()
    }

    /// - Returns: False where the path is none of its own.
    func answer(_ head: RequestHead, _ exchange: any Exchange, _ fields: FieldPolicy) -> Bool {
        switch head.text(head.path) {
        case LiveScript.path: LiveScript.answer(exchange, fields)
        case LiveScript.streamPath where head.method == .head:
            pages.check(exchange, age: head.query.flatMap { Self.age(head.text($0)) })
        case LiveScript.streamPath: pages.add(exchange)
        default: return false
        }
        return true
    }

    /// `age=1500`, in milliseconds.
    private static func age(_ query: String) -> TimeAmount? {
        guard query.hasPrefix("age="), let age = Int64(query.dropFirst(4)), 0...1_000_000_000_000 ~= age else {
            return nil
        }
        return .milliseconds(age)
    }
}
