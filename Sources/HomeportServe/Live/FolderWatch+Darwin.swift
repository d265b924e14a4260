#if os(macOS)
import HomeportCore

/// Watching is not written for this system yet, and says so instead of watching nothing.
final class FolderWatch: Sendable {
    static func start(
        _ folder: String,
        onWarning: @escaping @Sendable (String) -> Void,
        onChange: @escaping @Sendable (LiveChange) -> Void
    ) async throws -> FolderWatch {
        throw HomeportError(
            HomeportError.Code("live.unsupported", .world),
            "live reload is not on this system yet",
            where: folder,
            fix: "leave live out"
        )
    }

    func stop() async {}
}
#endif
