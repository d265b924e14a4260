#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An advisory lock on the folder of a file, held as long as the value lives; the kernel drops it when a process dies.
///
/// Best effort: where the folder may not be read, or somebody keeps the lock for longer than a second, work goes on
/// without it. What it guards is rare, and a program that cannot start is worse.
struct FolderLock: ~Copyable {
    private let folder: Descriptor?

    init(of path: String) {
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        let number = open(parent.isEmpty ? "/" : String(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else {
            folder = nil
            return
        }
        folder = Descriptor(owning: number)
        for _ in 0..<100 {
            if flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
            usleep(10_000)
        }
    }
}
