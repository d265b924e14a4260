import HomeportHTTP
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
    /// Absolute, without a slash at its end: empty for `/` itself.
    private let bytes: [UInt8]

    init(path: String) {
        var bytes = Array(path.utf8)
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        self.bytes = bytes
    }

    enum Found {
        case file(OpenFile, FileFacts)
        /// Good for looking things up in it, and perhaps for nothing else.
        case folder(OpenFile, FileFacts)
        case nothing
        /// Something that is not served: a pipe, a device, a link to outside.
        case forbidden
        /// The process has no permission.
        case denied
        /// The process, or the machine, has no descriptors left.
        case exhausted
    }

    /// - Parameter relative: File names with slashes between them; empty for the root itself.
    func absolute(_ relative: [UInt8]) -> CPath { CPath(bytes + [UInt8(ascii: "/")] + relative) }

    /// The reverse of ``absolute(_:)``.
    func relative(_ absolute: CPath) -> [UInt8] { Array(absolute.bytes.dropFirst(bytes.count + 1)) }

    /// Opens what is at `relative`, following links that stay inside.
    func open(_ relative: [UInt8]) -> Found {
        switch place(relative) {
        case .failure(let error): failed(error)
        case .success((let place, let facts)):
            switch facts.kind {
            case .folder: .folder(place, facts)
            case .link, .other: .forbidden
            case .file: read(place, facts)
            }
        }
    }

    /// What is at `relative`, links followed: nil for nothing, and for what is outside.
    func facts(_ relative: [UInt8]) -> FileFacts? { try? place(relative).get().1 }

    private func place(_ relative: [UInt8]) -> Result<(OpenFile, FileFacts), SystemFailure> {
        let rootDescriptor = absolute([]).withPointer { openFolder($0) }
        guard rootDescriptor >= 0 else { return .failure(.last("open")) }
        let root = OpenFile(owning: rootDescriptor)
        if relative.isEmpty { return described(root) }
        let descriptor = CPath(relative).withPointer { locate(beneath: rootDescriptor, $0) }
        guard descriptor >= 0 else { return .failure(.last("open")) }
        let found = OpenFile(owning: descriptor)
        guard !isHidden(found, beneath: root) else { return .failure(SystemFailure("open", ENOENT)) }
        return described(found)
    }

    /// A link may lead from a name that is served to one that is not: where it leads counts.
    private func isHidden(_ found: OpenFile, beneath root: OpenFile) -> Bool {
        guard let top = name(of: root.descriptor), let there = name(of: found.descriptor), there.starts(with: top)
        else { return false }
        return RequestPath.isHidden(there[top.count...].split(separator: ASCII.slash).map(Array.init))
    }

    private func described(_ file: OpenFile) -> Result<(OpenFile, FileFacts), SystemFailure> {
        FileFacts(of: file.descriptor).map { .success((file, $0)) } ?? .failure(.last("fstat"))
    }

    private func read(_ place: OpenFile, _ facts: FileFacts) -> Found {
        let descriptor = reopenForReading(place.descriptor)
        return descriptor >= 0 ? .file(OpenFile(owning: descriptor), facts) : failed(.last("open"))
    }

    private func failed(_ error: SystemFailure) -> Found {
        switch error.kind {
        case .nothing: .nothing
        case .exhausted: .exhausted
        case .denied: .denied
        case .full, .other: .forbidden
        }
    }
}
