package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The checkout that a folder lies in, as far as names and ports depend on it.
package struct WorkingCopy: Sendable, Equatable {
    /// Its first folder; the folder itself where there is no checkout.
    package let root: String
    /// What git calls it where it is a further worktree of a repository.
    package let worktree: ServiceName?

    /// - Parameter directory: Absolute.
    package init(of directory: String) {
        var folder = directory
        while !folder.isEmpty {
            var facts = stat()
            if stat("\(folder)/.git", &facts) == 0 {
                root = folder
                worktree =
                    facts.st_mode & S_IFMT == S_IFREG
                    ? SmallFile.text("\(folder)/.git").flatMap(Self.worktree) : nil
                return
            }
            folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
        }
        root = directory
        worktree = nil
    }

    /// `gitdir: /home/me/shop/.git/worktrees/feature-x`; a submodule's leads to `modules` instead.
    static func worktree(_ text: String) -> ServiceName? {
        guard text.hasPrefix("gitdir:") else { return nil }
        let parts = text.dropFirst(7).split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "worktrees", let last = parts.last else { return nil }
        return ServiceName(madeFrom: String(last))
    }
}
