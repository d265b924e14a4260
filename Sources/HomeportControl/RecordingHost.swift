package import HomeportCore
import HomeportNet
package import HomeportRuntime
import HomeportTap
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lets the commands that ask a running project for its record ask a recording in the same way, without anything that runs.
package enum RecordingHost {
    private static let count = Atomic<Int>(0)

    /// A project that has the recording as its record, and nothing else.
    /// - Throws: ``HomeportError`` with code `recording.folder`.
    package static func project(
        _ folder: String,
        onWarning: @escaping @Sendable (String) -> Void
    ) throws(HomeportError) -> Project {
        let name = folder.split(separator: "/").last.map(String.init) ?? "recording"
        var options = ProjectOptions(place: nil, threads: 1, onWarning: onWarning)
        options.opened = try TapStore(opening: folder)
        return Project(Plan(name: ServiceName(madeFrom: "recording-\(name)"), directory: folder), options: options)
    }

    /// - Parameter body: What is done with it; it is closed afterwards.
    package static func withClient<Result>(
        of folder: String,
        in state: StateDirectory,
        _ body: (ControlClient) async throws -> Result
    ) async throws -> Result {
        try state.prepare()
        let project = try project(folder, onWarning: { _ in })
        // Not among those that others find.
        let number = count.add(1, ordering: .relaxed).newValue
        let socket = "\(state.runPath)/recording-\(getpid())-\(number)"
        let responder = ControlResponder(project, token: nil, onStop: {})
        try await project.start(control: nil, socket: (socket, responder))
        do {
            let result = try await body(ControlClient(socket: socket))
            _ = await project.stop(within: .zero)
            return result
        } catch {
            _ = await project.stop(within: .zero)
            throw error
        }
    }
}
