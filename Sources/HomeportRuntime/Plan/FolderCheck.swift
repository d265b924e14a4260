#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether there is a folder.
package enum FolderCheck {
    package static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// What keeps a folder from being served; nil where there is one.
    package static func problem(with path: String) -> (what: String, fix: String)? {
        if isFolder(path) { return nil }
        if access(path, F_OK) == 0 { return ("\(path) is a file, not a folder", "name the folder that it is in") }
        if path.contains("$") {
            return ("there is no folder \(path)", "write the path itself: variables are not looked up here")
        }
        return ("there is no folder \(path)", "create it with mkdir -p, or mend the path")
    }
}
