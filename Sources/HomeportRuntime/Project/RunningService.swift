import HomeportCore
import HomeportDoor
import HomeportHTTP
import HomeportNet
import HomeportServe
import NIOCore

/// A service that answers, and what must be ended when it no longer should.
struct RunningService: Sendable {
    let responder: any Responder
    /// How it is reached, if it does not run here: what does not speak HTTP is reached so alone.
    var dialer: (@Sendable (_ deadline: TimeAmount) -> any Dialer)?
    var program: Program?
    private let onStop: @Sendable () async -> Void

    static func start(
        _ service: ServicePlan,
        of plan: Plan,
        loops: ServerLoops,
        caches: FolderCaches,
        options: ProjectOptions,
        program: Program?
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
            let responder = try await ProxyResponder(
                AddressDialer(upstream.to.place),
                to: ProxiedService(name: service.name.text, place: "\(upstream.to)"),
                loops: loops
            )
            let place = upstream.to.place
            return RunningService(responder: responder, dialer: { AddressDialer(place, deadline: $0) }) {
                await responder.letGo()
            }
        case .program:
            guard let program else { throw HomeportError(.badValue, "\(service.name) has no program") }
            let dialer = ProgramDialer(program)
            let responder = try await ProxyResponder(
                dialer,
                to: ProxiedService(name: service.name.text, program: program),
                loops: loops
            )
            return RunningService(responder: responder, dialer: { _ in dialer }, program: program) {
                await program.stop()
                await responder.letGo()
            }
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
        case .program: "run"
        }
    }
}
