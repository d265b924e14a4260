#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file system that is soon full, where this process may mount one.
enum SmallDisk {
    static func mount(at path: String, bytes: Int) -> Bool {
        #if canImport(Darwin)
        false
        #else
        run("mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path)
        #endif
    }

    static func unmount(_ path: String) { _ = run("umount", path) }

    private static func run(_ words: String...) -> Bool {
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawnp(&child, words[0], nil, nil, &arguments, environ) == 0 else { return false }
        var status: CInt = 0
        return waitpid(child, &status, 0) == child && status == 0
    }
}
