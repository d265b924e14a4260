import Synchronization
import Testing

@testable import HomeportServe

@Suite struct FolderPollTests {
    private final class Changes: Sendable {
        private let told = Mutex<[LiveChange]>([])
        var all: [LiveChange] { told.withLock { $0 } }
        func add(_ change: LiveChange) { told.withLock { $0.append(change) } }
    }

    @Test func lookingAgainAndAgainTellsToo() async throws {
        let folder = TestFolder()
        let changes = Changes()
        let poll = try await FolderPoll.start(folder.path, onWarning: { print($0) }, onChange: { changes.add($0) })
        folder.write("d/a.css", "x")
        #expect(try await eventually { changes.all == [.styles] })
        folder.write("d/a.html", "x")
        #expect(try await eventually { changes.all == [.styles, .page] })
        await poll.stop()
    }
}
