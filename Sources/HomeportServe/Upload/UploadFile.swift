import HomeportNet
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file on its way in: written under a hidden name beside its place, and moved there when it is whole.
///
/// So nobody ever sees half of it, two uploads of one name cannot mix, and what was there before stays until the very
/// end. All names are looked up in the folder that was opened inside the root: nothing that happens to the path meanwhile
/// leads the file elsewhere. A link that has the final name is replaced, not followed.
///
/// Its calls wait for the disk, so they are made one after the other on other threads than the event loops.
final class UploadFile: Sendable {
    private let folder: OpenFile
    private let draft: CPath
    private let descriptor: CInt

    /// - Throws: ``SystemError``.
    init(in folder: OpenFile) throws {
        self.folder = folder
        let draft = CPath(".homeport-upload-\(String(UInt64.random(in: .min ... .max), radix: 36))".utf8)
        self.draft = draft
        descriptor = draft.withPointer {
            openat(folder.descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw SystemError.last }
    }

    deinit {
        close(descriptor)
        // After a move there is nothing of this name any more.
        _ = draft.withPointer { unlinkat(folder.descriptor, $0, 0) }
    }

    func write(_ bytes: ByteBuffer) throws {
        var rest = bytes
        while rest.readableBytes > 0 {
            let count = rest.withUnsafeReadableBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError.last }
            rest.moveReaderIndex(forwardBy: count)
        }
    }

    enum Placed { case created, replaced, existed }

    /// Gives the file its name.
    /// - Parameter onlyIfNew: Leaves a file of that name as it is, and says so.
    func place(as name: CPath, onlyIfNew: Bool) throws -> Placed {
        var facts = stat()
        let existed = name.withPointer { fstatat(folder.descriptor, $0, &facts, AT_SYMLINK_NOFOLLOW) } == 0
        if onlyIfNew {
            // A second name for the draft: fails where the name is taken, in one step.
            let linked = draft.withPointer { from in
                name.withPointer { to in linkat(folder.descriptor, from, folder.descriptor, to, 0) }
            }
            if linked == 0 { return .created }
            guard errno == EEXIST else { throw SystemError.last }
            return .existed
        }
        let moved = draft.withPointer { from in
            name.withPointer { to in renameat(folder.descriptor, from, folder.descriptor, to) }
        }
        guard moved == 0 else { throw SystemError.last }
        return existed ? .replaced : .created
    }
}

/// `write`, under a name that a method of that name does not hide.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
