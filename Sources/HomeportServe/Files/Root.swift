import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder that is served, and the only way into it.
///
/// The root is named by its path and opened anew for each look, so that a folder that is removed and comes back, or is
/// swapped for another by a build, is the one that people see. Files are opened so that no link leads outside: by the
/// kernel's own rule where there is one.
struct Root: Sendable {
    /// Absolute, without a slash at its end.
    let path: String

    init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    enum Found {
        case file(OpenFile, FileFacts)
        case folder(OpenFile, FileFacts)
        case nothing
        /// Something that is not served: a pipe, a device, a link to outside, a file without permission.
        case forbidden
        /// The process, or the machine, has no descriptors left.
        case exhausted
    }

    func absolute(_ relative: [UInt8]) -> CPath {
        CPath(Array(path.utf8) + (relative.isEmpty ? [] : [UInt8(ascii: "/")] + relative))
    }

    /// Opens what is at `relative`, following links that stay inside.
    func open(_ relative: [UInt8]) -> Found {
        let rootFD = absolute([]).withPointer { openFolder($0) }
        guard rootFD >= 0 else { return failed(errno) }
        let root = OpenFile(owning: rootFD)
        if relative.isEmpty { return FileFacts(of: rootFD).map { .folder(root, $0) } ?? .nothing }
        let place = CPath(relative).withPointer { locate(beneath: rootFD, $0) }
        guard place >= 0 else { return failed(errno) }
        let located = OpenFile(owning: place)
        guard let facts = FileFacts(of: place) else { return .nothing }
        switch facts.kind {
        case .folder: return .folder(located, facts)
        case .other: return .forbidden
        case .file:
            let descriptor = reopenForReading(place)
            guard descriptor >= 0 else { return failed(errno) }
            return .file(OpenFile(owning: descriptor), facts)
        }
    }

    private func failed(_ error: CInt) -> Found {
        switch error {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EXDEV: .nothing
        case EMFILE, ENFILE, ENOMEM: .exhausted
        default: .forbidden
        }
    }
}
