package import HomeportCore
package import HomeportNet
import NIOCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The other projects behind this door: who answers for which name, and how a connection gets there.
///
/// All projects of a user listen on the same sockets. Whoever accepts a connection looks at the name that its request asks
/// for, and hands the connection over to whose it is; so no project stands between another one and its clients, and none
/// is missed when it ends, however it ends.
///
/// Each project has a file, `run/NAME-HASH.names`, replaced whole; whose process is gone counts no more.
package final class Neighbours: Sendable {
    private struct View {
        var claims = NameClaims([])
        var changed = timespec()
        var looked = NIODeadline.uptimeNanoseconds(0)
        /// Sockets that took no connection, and until when they are asked for none.
        var silent: [String: NIODeadline] = [:]

        mutating func look(_ claims: NameClaims, _ changed: timespec) {
            (self.claims, self.changed, looked) = (claims, changed, .now())
        }
    }

    /// How old what is known of the others may be.
    private static let freshness = TimeAmount.milliseconds(20)
    /// How long a project that took no connection is given none.
    private static let rest = TimeAmount.seconds(1)
    /// Bytes of what one project tells of itself: some thousand names.
    private static let mostBytes = 256 << 10

    private let folder: String
    private let path: String
    /// Where this project is handed connections.
    package let socket: String
    private let port: UInt16
    private let view = Mutex(View())
    private let own = Mutex<DoorEntry?>(nil)

    /// - Parameters:
    ///   - folder: Where all of them tell of themselves.
    ///   - key: This project's own among them.
    ///   - port: The door's.
    package init(in folder: String, key: String, port: Port) {
        self.folder = folder
        path = "\(folder)/\(key).names"
        socket = "\(folder)/\(key).door"
        self.port = port.number
    }

    /// Opening the door and being known behind it are one step to the others.
    package static func lock(_ folder: String) async throws(HomeportError) -> FileLock {
        do throws(SystemFailure) { return try await FileLock.take("\(folder)/door.lock") } catch {
            throw HomeportError(
                .doorLock,
                "another project is being started, and does not come to an end",
                where: "\(folder)/door.lock",
                fix: "fuser \(folder)/door.lock tells who it is",
                errno: error.errno
            )
        }
    }

    /// The listening sockets of a project that is there already.
    /// - Returns: nil where there is none on that port, or it does not answer.
    package static func sockets(of port: Port, in folder: String) -> ListeningSockets? {
        for entry in entries(in: folder, port: port.number) {
            if let descriptors = try? HandOverSocket.sockets(from: entry.socket),
                let sockets = ListeningSockets.adopted(descriptors)
            {
                return sockets
            }
        }
        return nil
    }

    // MARK: Own

    /// Tells the others what this project answers for. The caller has the door's lock.
    /// - Parameters:
    ///   - hosts: All of them.
    ///   - needed: Those that it must have.
    /// - Returns: Those that another project has, by its name.
    /// - Throws: ``HomeportError`` with code `name.taken` where a needed one is among them; nothing has changed then.
    package func claim(
        _ hosts: Set<String>,
        needed: Set<String>,
        project: String,
        services: [DoorEntry.Shown]
    ) throws(HomeportError) -> [String: String] {
        let others = Self.entries(in: folder, port: port, clears: true).filter { $0.process != .own }
        let now = NIODeadline.now().uptimeNanoseconds
        let before = own.withLock { $0?.claims } ?? [:]
        let entry = DoorEntry(
            project: project,
            process: .own,
            port: port,
            socket: socket,
            claims: Dictionary(uniqueKeysWithValues: hosts.map { ($0, before[$0] ?? now) }),
            services: services
        )
        let claims = NameClaims(others + [entry])
        var taken: [String: String] = [:]
        for host in hosts {
            if let owner = claims.owner(of: host), owner.process != .own { taken[host] = owner.project }
        }
        if let host = needed.sorted().first(where: { taken[$0] != nil }), let owner = claims.owner(of: host) {
            throw HomeportError(
                .nameTaken,
                "the name \(host) belongs to the project \(owner.project) already (pid \(owner.process.pid))",
                fix: "choose another one in names:, or stop that project with homeport down"
            )
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do throws(SystemFailure) {
            guard let text = try? encoder.encode(entry) else { throw SystemFailure("write", EINVAL) }
            guard text.count <= Self.mostBytes else { throw SystemFailure("write", EFBIG) }
            try PrivateFile.replace(path, String(decoding: text, as: UTF8.self))
        } catch {
            throw HomeportError(
                .doorNames,
                error.errno == EFBIG
                    ? "\(hosts.count) names are more than a project may have behind the door"
                    : "the door's names cannot be written",
                where: path,
                errno: error.errno
            )
        }
        own.withLock { $0 = entry }
        look()
        return taken
    }

    /// The others answer for what they share with this project from now on.
    package func leave() {
        if own.withLock({ $0.take() }) != nil { unlink(path) }
    }

    // MARK: Others

    /// The socket of the project that answers for a host; nil where it is this one, or nobody who takes connections.
    func other(for host: String) -> String? {
        freshen()
        return view.withLock { view in
            guard let owner = view.claims.owner(of: host), owner.process != .own else { return nil }
            if !view.silent.isEmpty, let until = view.silent[owner.socket], .now() < until { return nil }
            return owner.socket
        }
    }

    /// The project that answers for a host; nil where it is this one, or nobody.
    package func project(of host: String) -> String? {
        freshen()
        return view.withLock { $0.claims.owner(of: host) }.flatMap { $0.process == .own ? nil : $0.project }
    }

    /// What stands behind the door beside this project.
    var shown: [DoorEntry.Shown] {
        freshen()
        return view.withLock { $0.claims.entries }.filter { $0.process != .own }.flatMap(\.services)
    }

    /// Somebody took no connection, as one who has just ended, or who hangs.
    func didNotTake(_ socket: String) {
        look()
        view.withLock { view in
            view.silent = view.silent.filter { .now() < $0.value }
            view.silent[socket] = .now() + Self.rest
        }
    }

    private func look() {
        let changed = Self.changed(folder)
        let claims = NameClaims(Self.entries(in: folder, port: port))
        view.withLock { $0.look(claims, changed) }
    }

    private func freshen() {
        let (looked, before) = view.withLock { ($0.looked, $0.changed) }
        guard .now() - looked > Self.freshness else { return }
        let now = Self.changed(folder)
        // The kernel stamps by its tick: two changes within one look like one.
        if now.tv_sec == before.tv_sec, now.tv_nsec == before.tv_nsec, Self.age(of: now) > Self.tick {
            view.withLock { $0.looked = .now() }
        } else {
            look()
        }
    }

    private static func changed(_ folder: String) -> timespec {
        var facts = stat()
        return stat(folder, &facts) == 0 ? facts.modification : timespec()
    }

    private static let tick: Int64 = 40_000_000

    /// Nanoseconds.
    private static func age(of moment: timespec) -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec - moment.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec - moment.tv_nsec)
    }

    /// Of living projects.
    /// - Parameter clears: Whether what dead ones left is cleared away: by who has the lock alone.
    private static func entries(in folder: String, port: UInt16, clears: Bool = false) -> [DoorEntry] {
        var found: [DoorEntry] = []
        for name in FolderNames.all(in: folder) where name.hasSuffix(".names") {
            let path = "\(folder)/\(name)"
            guard let bytes = SmallFile.bytes(path, limit: mostBytes) else { continue }
            guard let entry = try? JSONDecoder().decode(DoorEntry.self, from: Data(bytes)), entry.version == 1 else {
                continue
            }
            guard entry.process.isAlive else {
                if clears {
                    unlink(path)
                    UnixSocket.removeStale(at: entry.socket)
                }
                continue
            }
            if entry.port == port { found.append(entry) }
        }
        return found
    }
}

extension HomeportError.Code {
    /// Another project has that name.
    package static let nameTaken = Self("name.taken", .world)
    package static let doorLock = Self("door.locked", .world)
    package static let doorNames = Self("door.names", .world)
}
