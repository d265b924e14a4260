package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is nobody else's to read or write.
package enum PrivateFile {
    /// - Returns: Nil where there is none.
    /// - Throws: ``HomeportError`` with code `file.loose` where it is another user's or others may do something with it, `file.unreadable` where
    ///   it is no plain file or longer than `limit`.
    package static func bytes(_ path: String, limit: Int) throws(HomeportError) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw unreadable(path, SystemFailure.text(errno))
        }
        let file = Descriptor(owning: number)
        var facts = stat()
        guard fstat(file.number, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw unreadable(path, "it is no plain file")
        }
        guard facts.st_uid == geteuid() else {
            throw HomeportError(.fileLoose, "it belongs to another user", where: path, fix: "remove it")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw HomeportError(.fileLoose, "others can get at it", where: path, fix: "chmod 600 \(path)")
        }
        guard facts.st_size <= limit else { throw unreadable(path, "it has more than \(limit) bytes") }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
        guard pread(file.number, &bytes, bytes.count, 0) == bytes.count else {
            throw unreadable(path, "it changed meanwhile")
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ why: String) -> HomeportError {
        HomeportError(HomeportError.Code("file.unreadable", .world), "it cannot be read: \(why)", where: path)
    }

    /// A new file takes the old one's place: who dies in between has changed nothing.
    package static func replace(_ path: String, _ text: String) throws(SystemFailure) {
        // Whatever somebody has put in its place is not written through.
        unlink("\(path).new")
        try WholeWrite.file("\(path).new", text, mode: 0o600)
        guard rename("\(path).new", path) == 0 else { throw SystemFailure("rename", errno) }
    }
}

extension HomeportError.Code {
    /// A file that holds what is nobody else's is another user's, or open to others.
    package static let fileLoose = Self("file.loose", .world)
}
