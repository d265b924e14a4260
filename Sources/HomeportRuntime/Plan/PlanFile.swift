package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a project's plan is.
package enum PlanFile {
    package static let names = ["homeport.yaml", "homeport.yml"]

    /// Looks in `directory`, then in each folder above it, as Git looks for its own.
    /// - Throws: ``HomeportError`` with code `plan.missing`.
    package static func find(from directory: String) throws(HomeportError) -> String {
        var folder = Substring(directory)
        while true {
            for name in names {
                let path = join(folder, name)
                if access(path, F_OK) == 0 { return path }
            }
            guard folder.count > 1, let slash = folder.lastIndex(of: "/") else { break }
            folder = slash == folder.startIndex ? "/" : folder[..<slash]
        }
        throw HomeportError(
            .planMissing,
            "there is no plan (homeport.yaml) here or above",
            where: directory,
            fix: "homeport init writes one; homeport serve serves this folder without"
        )
    }

    /// The one path of the plan that is meant: a running project is told by it.
    /// - Parameter given: A file or a folder, as `-f` takes it; nil looks upward from the current folder.
    /// - Returns: Absolute; links in the folder's part are followed, so that two ways to one plan are one plan.
    package static func locate(_ given: String?) throws(HomeportError) -> String {
        guard let given else { return try find(from: currentDirectory) }
        let path = given.hasPrefix("/") ? given : "\(currentDirectory)/\(given)"
        if FolderCheck.isFolder(path) {
            let folder = real(path) ?? path
            for name in names where access(join(folder, name), F_OK) == 0 { return join(folder, name) }
            throw HomeportError(
                .planMissing,
                "there is no plan (homeport.yaml) in this folder",
                where: given,
                fix: "serve it without one: homeport serve \(given)"
            )
        }
        guard let slash = path.lastIndex(of: "/") else { return path }
        let name = path[path.index(after: slash)...]
        let folder = path[..<slash]
        guard let folder = real(folder.isEmpty ? "/" : String(folder)) else { return path }
        return join(folder, name)
    }

    package static func join(_ folder: some StringProtocol, _ name: some StringProtocol) -> String {
        folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// - Parameter path: As ``locate(_:)`` returned it.
    /// - Throws: ``HomeportError`` if the file cannot be read; ``PlanProblems`` if it is no plan.
    package static func load(_ path: String) throws -> Plan {
        try Plan.read(try read(path), file: path, directory: folder(of: path)).get()
    }

    /// Where a plan's relative paths start.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    package static func read(_ path: String) throws(HomeportError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = systemRead(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { break }
            bytes += piece[..<count]
            if bytes.count > PlanNode.largestText {
                throw HomeportError(.planSyntax, "the plan has more than 1 MiB", where: path, fix: "split it")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw HomeportError(
                .planSyntax,
                "the plan is not UTF-8",
                where: path,
                fix: "save it as plain text in UTF-8"
            )
        }
        return text
    }

    private static func unreadable(_ path: String, _ number: CInt) -> HomeportError {
        HomeportError(
            number == ENOENT || number == ENOTDIR ? .planMissing : .unreadable,
            "the plan cannot be read: \(SystemFailure.text(number))",
            where: path,
            fix: number == EACCES ? "make it readable to you: chmod u+r" : "name the plan's file with -f",
            errno: number
        )
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    package static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}

extension HomeportError.Code {
    package static let planMissing = Self("plan.missing", .words)
}

/// `read`, under a name that a method of that name does not hide.
private func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
