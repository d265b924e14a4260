import HomeportCore
import HomeportDoor

/// At which hosts a project's services answer, beside those that its plan writes out.
///
/// `api.localhost`, and `api.shop.localhost` for when another project has the first. In a further worktree of a repository
/// `api.feature-x.localhost` alone: the short name is the main one's.
struct HostNames: Sendable {
    private let project: ServiceName
    private let worktree: ServiceName?

    /// - Parameter isShared: Whether other projects stand behind the same door.
    init(_ plan: Plan, isShared: Bool) {
        project = plan.name
        worktree = isShared ? WorkingCopy(of: plan.directory).worktree : nil
    }

    /// The one that is shown first comes first.
    func hosts(of service: ServiceName) -> [String] {
        if let worktree { return ["\(service).\(worktree).localhost"] }
        return [service.host, "\(service).\(project).localhost"]
    }
}
