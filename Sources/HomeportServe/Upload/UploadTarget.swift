import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where an upload is to go, and what was there when it began.
struct UploadTarget: Sendable {
    /// Opened inside the root.
    let folder: OpenFile
    let name: CPath
    /// What GET answered with, links followed: what the request's conditions speak of.
    let served: FileFacts?
    /// The file that goes; nil for a new one, and where a link gives way to a file.
    let replaced: FileFacts?

    private let root: Root
    private let relative: [UInt8]

    enum Obstacle: Error {
        case folder
        /// A pipe, a device, a socket: it is somebody's, and no file.
        case special
        /// The file system takes no such name, or does not let us look.
        case system(SystemFailure)
    }

    init(_ name: [UInt8], in folder: OpenFile, at relative: [UInt8], of root: Root) throws(Obstacle) {
        self.folder = folder
        self.name = CPath(name)
        self.root = root
        self.relative = relative
        served = root.facts(relative)
        switch FileFacts.look(at: self.name, in: folder) {
        case .success(let facts):
            switch facts.kind {
            case .file: replaced = facts
            // Nobody who puts a file where a folder is shown means to take the folder away.
            case .link where served?.kind == .folder: throw .folder
            case .link: replaced = nil
            case .folder: throw .folder
            case .other: throw .special
            }
        case .failure(let error) where error.errno == ENOENT: replaced = nil
        case .failure(let error): throw .system(error)
        }
    }

    /// What has the name now; links are not followed.
    var present: FileFacts? { try? FileFacts.look(at: name, in: folder).get() }

    var isUnchanged: Bool { root.facts(relative) == served }
}
