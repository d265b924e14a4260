import HomeportCore
import HomeportNet
import HomeportRuntime
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportControl

/// A small project that runs, with its control socket, in a folder of its own.
struct ControlBench {
    static let token = String(repeating: "a1", count: 32)
    static let text = "name: shop\nservices: { a: { folder: one, default: true } }"
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(pages: "one", "two") }

    struct Running: Sendable {
        var project: Project
        var port: UInt16
        var socket: String
        var stops: Stops

        var client: ControlClient { ControlClient(socket: socket) }
    }

    final class Stops: Sendable {
        let counted = Mutex(0)
        var count: Int { counted.withLock { $0 } }
        func add() { counted.withLock { $0 += 1 } }
    }

    func withProject(_ body: (Running) async throws -> Void) async throws {
        let plan = try Plan.read(Self.text, file: "homeport.yaml", directory: folder.path).get()
        let project = Project(plan, options: ProjectOptions(place: .loopbacks(nil), threads: 1) { _ in })
        let stops = Stops()
        let socket = "\(folder.path)/c.sock"
        let (byTCP, bySocket) = (
            ControlResponder(project, token: Self.token) { stops.add() },
            ControlResponder(project, token: nil) { stops.add() }
        )
        try await project.start(control: byTCP, socket: (socket, bySocket))
        do {
            let port = try #require(await project.port).number
            try await body(Running(project: project, port: port, socket: socket, stops: stops))
        } catch {
            await project.stop(within: .zero)
            throw error
        }
        await project.stop(within: .zero)
    }

    func wish(_ text: String, dryRun: Bool = false) -> PlanWish {
        PlanWish(text: text, file: "homeport.yaml", directory: folder.path, dryRun: dryRun)
    }
}
