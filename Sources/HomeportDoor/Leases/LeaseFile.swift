package import HomeportCore
import HomeportNet

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

/// The leases on disk: `leases.json`, changed by one process at a time.
///
/// The lock is the kernel's, on a file beside it, and ends with its holder. A change is a new file that takes the old
/// one's place: who dies in between has changed nothing.
package struct LeaseFile: Sendable {
    private let path: String
    private let onWarning: @Sendable (String) -> Void

    /// - Parameter folder: Exists, and is the user's own.
    package init(in folder: String, onWarning: @escaping @Sendable (String) -> Void) {
        path = "\(folder)/leases.json"
        self.onWarning = onWarning
    }

    /// What was leased when this was called.
    package func table() throws(HomeportError) -> LeaseTable {
        try change { (table) throws(HomeportError) in table }
    }

    /// The same without a lock, and without a trace: for who looks into another user's. A change is a new file, so that it is whole.
    package var glance: LeaseTable {
        let bytes = SmallFile.bytes(path, limit: Self.largest)
        return bytes.flatMap { try? JSONDecoder().decode(Contents.self, from: Data($0)) }?.table ?? LeaseTable()
    }

    /// Changes the table while nobody else can. What throws changes nothing.
    package func change<Value>(
        _ body: (inout LeaseTable) throws(HomeportError) -> Value
    ) throws(HomeportError) -> Value {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        let before = try read()
        var table = before
        let value = try body(&table)
        if table != before { try write(table) }
        return value
    }

    /// The port of `key`, given now if it has none.
    /// - Parameter refused: Ports that it cannot have.
    package func lease(_ key: LeaseKey, refusing refused: Set<Port> = []) throws(HomeportError) -> Port {
        let pool = PortPool(.current)
        return try change { (table) throws(HomeportError) in
            try table.lease(
                key,
                from: pool,
                refusing: refused,
                isFree: { (try? PortPlaceholder($0)) != nil },
                isGone: { access($0, F_OK) != 0 && errno == ENOENT }
            )
        }
    }

    private func lock() throws(HomeportError) -> FileLock {
        do throws(SystemFailure) { return try FileLock("\(path).lock") } catch {
            throw HomeportError(
                .leases,
                "the leases cannot be locked",
                where: "\(path).lock",
                fix: "fuser \(path).lock tells who has them; it may be stopped with Ctrl-Z",
                errno: error.errno
            )
        }
    }

    private func read() throws(HomeportError) -> LeaseTable {
        guard access(path, F_OK) == 0 else { return LeaseTable() }
        guard let bytes = SmallFile.bytes(path, limit: Self.largest) else {
            throw HomeportError(.leases, "the leases cannot be read", where: path, errno: errno)
        }
        let file = try? JSONDecoder().decode(Contents.self, from: Data(bytes))
        if let file, file.version == 1, let table = file.table { return table }
        if let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)), version.version > 1 {
            throw HomeportError(
                .leases,
                "the leases were written by a newer Homeport",
                where: path,
                fix: "use that one, or move the file away"
            )
        }
        try setAside()
        return LeaseTable()
    }

    private func setAside() throws(HomeportError) {
        var number = 1
        while access("\(path).bad-\(number)", F_OK) == 0, number < 100 { number += 1 }
        let other = "\(path).bad-\(number)"
        guard rename(path, other) == 0 else {
            throw HomeportError(
                .leases,
                "the leases make no sense, and cannot be moved away",
                where: path,
                errno: errno
            )
        }
        onWarning("the leases in \(path) made no sense; they are kept as \(other), and ports are leased anew")
    }

    private func write(_ table: LeaseTable) throws(HomeportError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(Contents(table))).map { String(decoding: $0, as: UTF8.self) + "\n" }
        do throws(SystemFailure) {
            guard let text else { throw SystemFailure("write", EINVAL) }
            try PrivateFile.replace(path, text)
        } catch {
            throw HomeportError(.leases, "the leases cannot be written", where: path, errno: error.errno)
        }
    }

    private static let largest = 8 << 20

    private struct Version: Decodable {
        var version: Int
    }

    private struct Contents: Codable {
        struct Lease: Codable {
            var directory: String
            var service: String
            var port: UInt16
        }

        var version = 1
        var leases: [Lease]

        init(_ table: LeaseTable) {
            leases = table.ports.sorted { $0.key < $1.key }.map {
                Lease(directory: $0.key.directory, service: $0.key.service, port: $0.value.number)
            }
        }

        /// Nil where it cannot be: a name that is none, or one port for two.
        var table: LeaseTable? {
            var ports: [LeaseKey: Port] = [:]
            for lease in leases {
                guard lease.port >= 1024, let port = Port(lease.port),
                    let name = try? ServiceName(parsing: lease.service)
                else {
                    return nil
                }
                ports[LeaseKey(directory: lease.directory, service: name)] = port
            }
            return ports.count == leases.count && Set(ports.values).count == ports.count ? LeaseTable(ports) : nil
        }
    }
}

extension HomeportError.Code {
    package static let leases = Self("leases.unusable", .world)
}
