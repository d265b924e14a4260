import HomeportCore
import HomeportDoor

/// At which hosts a project's services answer, beside those that its plan writes out.
///
/// `api.localhost`, and `api.shop.localhost` for when another project has the first. In a further worktree of a repository
/// `api.feature-x.localhost` alone: the short name is the main one's.
struct HostNames: Sendable {
    let project: ServiceName
    /// Of the checkout that the project lies in, where other projects stand behind the same door.
    let worktree: ServiceName?

    /// The one that is shown first comes first.
    func hosts(of service: ServiceName) -> [String] {
        if let worktree { return ["\(service).\(worktree).localhost"] }
        return [service.host, "\(service).\(project).localhost"]
    }
}
