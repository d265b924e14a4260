import HomeportNet
import NIOCore
import Synchronization

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
/// Its calls wait for the disk, so they are made one after the other on other threads than the event loops; and there it
/// is let go of, since giving back the blocks of a large draft takes a while too.
final class UploadFile: Sendable {
    private let target: UploadTarget
    private let draft: CPath
    private let descriptor: CInt

    /// - Throws: ``SystemFailure``.
    init(for target: UploadTarget) throws(SystemFailure) {
        self.target = target
        let draft = CPath(".homeport-upload-\(String(UInt64.random(in: .min ... .max), radix: 36))".utf8)
        self.draft = draft
        // Who may read the file does not change with its content, nor is the draft open to others meanwhile.
        let mode = target.replaced.map { mode_t($0.permissions) }
        descriptor = draft.withPointer {
            openat(target.folder.descriptor, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode ?? 0o666)
        }
        guard descriptor >= 0 else { throw .last("openat") }
        if let mode { fchmod(descriptor, mode) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        // After a move there is nothing of this name any more.
        _ = draft.withPointer { unlinkat(target.folder.descriptor, $0, 0) }
    }

    func write(_ bytes: ByteBuffer) throws(SystemFailure) {
        let written = bytes.withUnsafeReadableBytes { bytes in
            Result { () throws(SystemFailure) in try WholeWrite.bytes(bytes, to: descriptor) }
        }
        try written.get()
    }

    enum Placed { case created, replaced, changed }

    /// Looking again and moving are one step for all uploads together; another program may still come between.
    private static let placing = Mutex(())

    /// Gives the file its name.
    /// - Parameter ifUnchanged: Only if what is there now is what was there when the request began.
    func place(ifUnchanged: Bool) throws(SystemFailure) -> Placed {
        try Self.placing.withLock { _ throws(SystemFailure) in
            guard !ifUnchanged || target.isUnchanged else { return .changed }
            let present = target.present
            guard present?.kind != .folder, present?.kind != .other else { throw SystemFailure("renameat", EISDIR) }
            let moved = draft.withPointer { from in
                target.name.withPointer { renameat(target.folder.descriptor, from, target.folder.descriptor, $0) }
            }
            guard moved == 0 else { throw .last("renameat") }
            let wasServed = present?.kind == .file || present?.kind == .link && target.served != nil
            return wasServed ? .replaced : .created
        }
    }
}
