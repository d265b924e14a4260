package import HomeportCore

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
                let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
                if access(path, F_OK) == 0 { return path }
            }
            guard folder.count > 1, let slash = folder.lastIndex(of: "/") else { break }
            folder = slash == folder.startIndex ? "/" : folder[..<slash]
        }
        throw HomeportError(
            .planMissing,
            "there is no plan (homeport.yaml) here or above",
            where: directory,
            fix: "serve this folder without one: homeport serve"
        )
    }

    /// - Parameter path: Absolute, or relative to the current folder.
    /// - Throws: ``HomeportError`` if the file cannot be read; ``PlanProblems`` if it is no plan.
    package static func load(_ path: String) throws -> Plan {
        let text = try read(path)
        let absolute = path.hasPrefix("/") ? path : "\(currentDirectory)/\(path)"
        let directory = absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? "/"
        return try Plan.read(text, file: path, directory: directory.isEmpty ? "/" : directory).get()
    }

    package static func read(_ path: String) throws(HomeportError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw HomeportError(
                .unreadable,
                "the plan cannot be read: \(String(cString: strerror(errno)))",
                where: path,
                errno: errno
            )
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= PlanNode.largestText {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw HomeportError(.planSyntax, "the plan is not UTF-8", where: path)
        }
        return text
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
