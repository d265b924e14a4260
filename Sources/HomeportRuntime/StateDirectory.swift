package import HomeportCore
import HomeportGuard
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where Homeport keeps what outlives a command, for one user of the machine, readable by nobody else.
///
///     $HOMEPORT_HOME/            default $XDG_STATE_HOME/homeport, else ~/.local/state/homeport
///         token                  lets in by TCP who can read it (0600)
///         run/NAME-HASH.sock     a running process's control socket
///         run/NAME-HASH.door     where it is handed connections, behind a door that it shares
///         run/NAME-HASH.names    what it answers for there
///         leases.json            ports, by folder and service
///         log/NAME-HASH.log      what a detached one says; removed when nobody has written to it for 30 days
package struct StateDirectory: Sendable {
    package let path: String

    package init(environment: (String) -> String? = StateDirectory.variable) {
        if let home = environment("HOMEPORT_HOME"), home.hasPrefix("/") {
            path = home
        } else if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            path = "\(state)/homeport"
        } else {
            path = Self.path(below: Self.home)
        }
    }

    /// Of whoever has this home, if nothing says otherwise.
    package init(home: String) { path = Self.path(below: home) }

    private static func path(below home: String) -> String { "\(home)/.local/state/homeport" }

    /// Makes the folders where they are missing. What is inside is ours, and closed to others; the folder itself may be
    /// one that somebody chose, and is never changed.
    /// - Throws: ``HomeportError`` with code `state.unusable` if they cannot be made, or others could replace them.
    package func prepare() throws(HomeportError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            _ = mkdir(made, 0o700)
        }
        for folder in [path, runPath, logPath] {
            _ = mkdir(folder, 0o700)
            guard let mode = try mode(of: folder) else { throw unusable(folder, "it cannot be made") }
            if folder != path, mode & 0o077 != 0, chmod(folder, 0o700) != 0 {
                throw unusable(folder, "it is open to others")
            }
        }
        // A name has at most 24 characters, a hash eight: see key(of:).
        let longest = runPath.utf8.count + "/".utf8.count + 24 + "-".utf8.count + 8 + ".sock".utf8.count
        guard longest <= Self.longestSocketPath else {
            throw unusable(path, "its path is too long for a unix socket inside it")
        }
        removeOldLogs()
    }

    /// Whether what is there now is nobody else's: the folder, and the secrets in it. Changes nothing.
    /// - Throws: ``HomeportError`` with code `state.unusable` or `file.loose`.
    package func check() throws(HomeportError) {
        guard try mode(of: path) != nil else { return }
        _ = try Self.readToken("\(path)/token")
        _ = try AccessTokens(in: path).all()
    }

    /// - Returns: Nil where there is no such folder.
    private func mode(of folder: String) throws(HomeportError) -> mode_t? {
        var facts = stat()
        guard stat(folder, &facts) == 0 else { return nil }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw unusable(folder, "it is no folder") }
        guard facts.st_uid == geteuid() else { throw unusable(folder, "it belongs to another user") }
        guard folder != path || facts.st_mode & 0o022 == 0 else {
            throw unusable(folder, "others may write to it", fix: "chmod go-w \(folder)")
        }
        return facts.st_mode
    }

    /// Logs of projects that are gone would pile up.
    private func removeOldLogs() {
        // One that runs may have had nothing to say.
        let running = Set(FolderNames.all(in: runPath).map { $0.prefix { $0 != "." } })
        for log in FolderNames.all(in: logPath) where !running.contains(log.prefix { $0 != "." }) {
            var facts = stat()
            guard lstat("\(logPath)/\(log)", &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
            if time(nil) - facts.modification.tv_sec > Self.logLife { unlink("\(logPath)/\(log)") }
        }
    }

    private static let logLife = 30 * 24 * 60 * 60

    /// What fits `sockaddr_un` everywhere: 103 bytes on macOS, 107 on Linux.
    private static let longestSocketPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    package var runPath: String { "\(path)/run" }
    package var logPath: String { "\(path)/log" }

    /// The control socket of a plan's process.
    package func socket(of plan: Plan) -> String { "\(runPath)/\(key(of: plan)).sock" }

    package func log(of plan: Plan) -> String { "\(logPath)/\(key(of: plan)).log" }

    /// Every control socket there is, of living and of dead processes.
    package func sockets() -> [String] {
        FolderNames.all(in: runPath).filter { $0.hasSuffix(".sock") }.map { "\(runPath)/\($0)" }.sorted()
    }

    package static var home: String {
        if let home = variable("HOME"), home.hasPrefix("/") { return home }
        guard let entry = getpwuid(geteuid()) else { return "/" }
        return String(cString: entry.pointee.pw_dir)
    }

    package static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Two plans of one name are two projects: FNV-1a of the plan's path tells them apart. What was started without a
    /// plan is told apart by its process.
    package func key(of plan: Plan) -> String {
        let identity = plan.file ?? "\(plan.directory) \(getpid())"
        let hash = identity.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        // A socket's path has room for 107 bytes in all.
        return "\(plan.name.text.prefix(24))-\(String(hash, radix: 16))"
    }

    private func unusable(
        _ folder: String,
        _ why: String,
        fix: String = "set HOMEPORT_HOME to a folder of your own with a short path"
    ) -> HomeportError {
        HomeportError(
            .stateUnusable,
            "Homeport's own folder cannot be used: \(why)",
            where: folder,
            fix: fix
        )
    }
}

extension HomeportError.Code {
    package static let stateUnusable = Self("state.unusable", .world)
}
