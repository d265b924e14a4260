import NIOCore
import NIOPosix
import Synchronization

/// Watches a folder by looking again and again: where nothing tells of changes. It sees what a watch would, only later.
final class FolderPoll: Sendable {
    private struct State {
        var before: FolderSnapshot
        var task: RepeatedTask?
    }

    private let folder: [UInt8]
    private let state: Mutex<State>

    /// From the end of one look to the next.
    private static let pause = TimeAmount.milliseconds(500)

    private init(_ folder: [UInt8]) {
        self.folder = folder
        state = Mutex(State(before: FolderSnapshot(of: folder)))
    }

    static func start(
        _ folder: String,
        onWarning: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (LiveChange) -> Void
    ) async throws -> FolderPoll {
        let poll = try await NIOThreadPool.singleton.runIfActive { FolderPoll(Array(folder.utf8)) }
        if poll.state.withLock({ $0.before.isPartial }) {
            onWarning("live reload sees changes in only \(FolderSnapshot.mostFiles) files of \(folder); serve fewer")
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let task = loop.scheduleRepeatedAsyncTask(initialDelay: pause, delay: pause) { _ in
            // Off the loop: a large tree takes a while.
            NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
                if let change = poll.look() { onChange(change) }
            }
        }
        poll.state.withLock { $0.task = task }
        return poll
    }

    func stop() async {
        state.withLock { state in
            state.task?.cancel()
            state.task = nil
        }
    }

    private func look() -> LiveChange? {
        let now = FolderSnapshot(of: folder)
        return state.withLock { state in
            defer { state.before = now }
            return now.change(since: state.before)
        }
    }
}
