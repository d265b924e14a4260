package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The process between Homeport and a program that it runs: `homeport keeper …`, which nobody calls by hand.
///
/// It is the parent of all that the program starts, daemons included, and it ends all of it when its own parent is gone,
/// however that ended: descriptor 3 is a socket to it. Standard input, output and errors are the program's own.
///
/// A single thread, no event loop: it waits for the socket and for its children, and must work when nothing else does.
package struct Keeper {
    /// Hands the terminal over to the program, and takes it back.
    private let hasTerminal: Bool
    /// Listening sockets for the program, at 4 and up here, at 3 and up there.
    private let listening: Int
    private let command: [String]
    private let directory: String?
    /// Ports of the machine's loopback that lead there from a network of the program's own, in which there is nothing else; nil where it
    /// has the machine's.
    private let offline: [Port]?
    private var child: Int32 = 0
    private var isKilling = false
    private let family: Int32

    private static let control: CInt = 3
    /// Of a program that is offline: over this socket, others are made in its network. It is handed none that listen then.
    private static let maker: CInt = 4
    private var isMaking = false

    /// - Parameters:
    ///   - directory: Where the program begins.
    ///   - hasTerminal: Whether the program gets the terminal that this process has.
    ///   - listening: How many listening sockets it is handed.
    ///   - offline: What it can reach; nil for all.
    package static func arguments(
        _ command: [String],
        directory: String,
        hasTerminal: Bool,
        listening: Int,
        offline: [Port]?
    ) -> [String] {
        ["keeper", "--directory", directory] + (hasTerminal ? ["--terminal"] : [])
            + (listening > 0 ? ["--listen", "\(listening)"] : [])
            + (offline.map { ["--offline", $0.map { "\($0.number)" }.joined(separator: ",")] } ?? []) + ["--"]
            + command
    }

    private static func value(of option: String, in words: ArraySlice<String>) -> String? {
        words.firstIndex(of: option).flatMap { $0 + 1 < words.endIndex ? words[$0 + 1] : nil }
    }

    /// - Parameter arguments: After `keeper`.
    package init?(_ arguments: [String]) {
        guard let end = arguments.firstIndex(of: "--"), end + 1 < arguments.count else { return nil }
        command = Array(arguments[(end + 1)...])
        let options = arguments[..<end]
        hasTerminal = options.contains("--terminal")
        directory = Self.value(of: "--directory", in: options)
        listening = min(16, Self.value(of: "--listen", in: options).flatMap { Int($0) } ?? 0)
        offline = Self.value(of: "--offline", in: options)
            .map { $0.split(separator: ",").compactMap { UInt16($0).flatMap { Port($0) } } }
        family = getpgid(getppid())
        // Nobody calls it without.
        guard fcntl(Self.control, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
    }

    package mutating func run() -> Never {
        // Whoever ends all processes called homeport should not end those that clean up after them.
        ProcessTree.rename("keeper")
        ProcessTree.adoptOrphans()
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTTOU, SIGTTIN, SIGTSTP] { signal(number, SIG_IGN) }
        // Whatever Homeport had open at that moment is not the program's: what it is given is given once more.
        for name in FolderNames.all(in: "/dev/fd") {
            if let number = CInt(name), number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        }
        // Children that end interrupt the wait, and nothing else.
        var (children, before) = (sigset_t(), sigset_t())
        sigemptyset(&children)
        sigaddset(&children, SIGCHLD)
        sigprocmask(SIG_BLOCK, &children, &before)
        sigdelset(&before, SIGCHLD)
        signal(SIGCHLD) { _ in }
        var pause: UInt32 = 1000
        goOffline()
        launch()
        while true {
            reap()
            if isKilling {
                ProcessTree.signalDescendants(SIGKILL)
                reap()
                // What may not be killed from here, as after sudo, is waited for with patience.
                usleep(pause)
                pause = min(pause * 2, 1_000_000)
                continue
            }
            var (ready, mask) = (fd_set(), before)
            let making: UInt8 = isMaking ? 1 << UInt8(Self.maker) : 0
            withUnsafeMutableBytes(of: &ready) { $0[0] = 1 << UInt8(Self.control) | making }
            guard pselect(Self.maker + 1, &ready, nil, nil, nil, &mask) > 0 else { continue }
            let first = withUnsafeBytes(of: ready) { $0[0] }
            if first & making != 0 { isMaking = OfflineNetwork.make(on: Self.maker) }
            if first & 1 << UInt8(Self.control) != 0 { obey() }
        }
    }

    /// For each port, one byte with how many sockets listen there, and these; then none, and a socket to ask the kernel by; or the system's error.
    private mutating func goOffline() {
        guard let offline else { return }
        do {
            try OfflineNetwork.enter()
            for port in offline {
                let sockets = try ListeningSockets.open(.loopbacks(port)).release()
                try DescriptorPassing.send(sockets, [UInt8(sockets.count)], on: Self.maker)
                for socket in sockets { close(socket) }
            }
            try OfflineNetwork.opened(on: Self.maker)
            isMaking = true
        } catch {
            Self.tell([0, UInt8(truncatingIfNeeded: (error as? SystemFailure)?.errno ?? EIO)])
            report(.gone)
            exit(127)
        }
    }

    private static func tell(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { try? WholeWrite.bytes($0, to: maker) }
    }

    private mutating func launch() {
        do throws(SystemFailure) {
            if let directory, chdir(directory) != 0 { throw SystemFailure("chdir", errno) }
            var environment = ProcessEnvironment.all
            var words = command
            if listening > 0 {
                environment += ["LISTEN_FDS=\(listening)"]
                // The number is only known to the process that becomes the program.
                words = ["/bin/sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"] + command
            }
            child = try SpawnedProcess.start(
                words[0],
                words,
                environment: environment,
                descriptors: [0, 1, 2] + (0..<CInt(listening)).map { 4 + $0 }
            )
            if hasTerminal {
                tcsetpgrp(0, child)
                // It may have asked the terminal for something before it had it.
                kill(-child, SIGCONT)
            }
            for number in 0..<CInt(listening) { close(4 + number) }
            report(.started(pid: child))
        } catch {
            report(.failed(errno: error.errno))
            report(.gone)
            exit(127)
        }
        // The program has them; who waits for the end of its output waits for the program alone.
        let null = open("/dev/null", O_RDWR)
        for number in 0...2 where !(hasTerminal && number == 0) { dup2(null, CInt(number)) }
    }

    private mutating func reap() {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, WNOHANG | (hasTerminal ? WUNTRACED : 0))
            if pid < 0, errno == ECHILD {
                report(.gone)
                exit(0)
            }
            guard pid > 0 else { return }
            if status & 0xFF == 0x7F {
                guard pid == child else { continue }
                tcsetpgrp(0, family)
                report(.suspended)
            } else if pid == child {
                if hasTerminal, tcgetpgrp(0) == child { tcsetpgrp(0, family) }
                report(.exited(ProgramExit(status: status)))
            }
        }
    }

    private mutating func obey() {
        var byte: UInt8 = 0
        let count = read(Self.control, &byte, 1)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        switch count == 1 ? KeeperOrder(rawValue: byte) : .kill {
        case .terminate:
            ProcessTree.signalDescendants(SIGTERM)
            // One that sleeps would hear it only when it wakes up.
            ProcessTree.signalDescendants(SIGCONT)
        case .kill: isKilling = true
        case .resume:
            if hasTerminal, tcgetpgrp(0) == family { tcsetpgrp(0, child) }
            kill(-child, SIGCONT)
        case nil: break
        }
    }

    private func report(_ report: KeeperReport) {
        Array("\(report.line)\n".utf8).withUnsafeBytes { bytes in
            // Nobody may be there to hear it.
            try? WholeWrite.bytes(bytes, to: Self.control)
        }
    }
}
