import HomeportCore
import HomeportDoor
import HomeportHTTP
import HomeportNet
import HomeportServe

/// A service that answers, and what must be ended when it no longer should.
struct RunningService: Sendable {
    let responder: any Responder
    /// Where it runs, if that is not here: what does not speak HTTP is reached there alone.
    var place: Endpoint.Place?
    private let onStop: @Sendable () async -> Void

    static func start(
        _ service: ServicePlan,
        of plan: Plan,
        loops: ServerLoops,
        caches: FolderCaches,
        options: ProjectOptions
    ) async throws -> RunningService {
        switch service.kind {
        case .folder(let folder):
            let path = plan.absolute(folder.folder)
            let live =
                folder.live
                ? try await LiveReload.start(folder: path, loops: loops, onWarning: options.onWarning) : nil
            let responder = FolderResponder(folder: path, plan: folder, caches: caches, live: live)
            return RunningService(responder: responder) {
                await live?.stop()
                responder.letGo()
            }
        case .upstream(let upstream):
            let responder = try await ProxyResponder(AddressDialer(upstream.to.place), loops: loops)
            return RunningService(responder: responder, place: upstream.to.place) { await responder.letGo() }
        }
    }

    func stop() async { await onStop() }
}

extension ServicePlan.Kind {
    /// The plan's own word for it.
    var word: String {
        switch self {
        case .folder: "folder"
        case .upstream: "to"
        }
    }
}
