import HomeportHTTP
import HomeportServe

/// A service that answers, and what must be ended when it no longer should.
struct RunningService: Sendable {
    let responder: any Responder
    private let live: LiveReload?

    static func start(
        _ service: ServicePlan,
        of plan: Plan,
        loops: ServerLoops,
        options: ProjectOptions
    ) async throws -> RunningService {
        switch service.kind {
        case .folder(let folder):
            let path = plan.absolute(folder.folder)
            let live =
                folder.live
                ? try await LiveReload.start(folder: path, loops: loops, onWarning: options.onWarning) : nil
            do {
                let responder = try await FolderResponder(folder: path, plan: folder, loops: loops, live: live)
                return RunningService(responder: responder, live: live)
            } catch {
                await live?.stop()
                throw error
            }
        }
    }

    func stop() async { await live?.stop() }
}

extension ServicePlan.Kind {
    /// The plan's own word for it.
    var word: String {
        switch self {
        case .folder: "folder"
        }
    }
}
