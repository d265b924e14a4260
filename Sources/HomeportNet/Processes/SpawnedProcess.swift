#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A process that this one has started, in a process group or a session of its own: signals as the system has them, and of our
/// descriptors those that are named and those that are not closed on exec, which none of ours should be.
package enum SpawnedProcess {
    /// What it is the first process of.
    package enum Leads: Sendable {
        case group
        /// It outlives the terminal.
        case session
    }

    /// - Parameters:
    ///   - program: A path, or a name to be looked up on `PATH`.
    ///   - arguments: With the program's own name first.
    ///   - environment: `NAME=value`.
    ///   - descriptors: Its own 0, 1, 2, …: which of ours each is.
    package static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String],
        descriptors: [CInt],
        leads: Leads = .group
    ) throws(SystemFailure) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // First out of the way of each other: `dup2` onto a number that is yet to be copied would lose it.
        var copies: [CInt] = []
        defer { for copy in copies { close(copy) } }
        for (number, ours) in descriptors.enumerated() {
            let copy = fcntl(ours, F_DUPFD_CLOEXEC, 64)
            guard copy >= 0 else { throw SystemFailure("fcntl", errno) }
            copies.append(copy)
            posix_spawn_file_actions_adddup2(&actions, copy, CInt(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(
            &attributes,
            flags | (leads == .session ? newSessionFlag : Int16(POSIX_SPAWN_SETPGROUP))
        )
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard failure == 0 else { throw SystemFailure("posix_spawn", failure) }
        return pid
    }
}
