#if os(Linux)
import CHomeportLinux
package import HomeportCore

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension NetworkNamespace {
    /// Those of all processes that this one may look into, and those that `ip netns` has named; its own first.
    /// - Returns: And how many processes hide theirs.
    package static func all() -> (seen: [NetworkNamespace], hiddenProcesses: Int) {
        let own = number(of: "/proc/self/ns/net") ?? 0
        var names: [UInt64: String] = [:]
        for name in FolderNames.all(in: named) where !name.hasPrefix(".") {
            if let id = number(of: "\(named)/\(name)") { names[id] = name }
        }
        var (found, hidden) = ([UInt64: NetworkNamespace](), 0)
        found[own] = NetworkNamespace(id: own, pid: getpid(), isOwn: true, name: nil)
        for entry in FolderNames.all(in: "/proc") {
            guard let pid = Int32(entry) else { continue }
            guard let id = number(of: "/proc/\(pid)/ns/net") else {
                if errno == EACCES || errno == EPERM { hidden += 1 }
                continue
            }
            guard found[id] == nil else { continue }
            let command = SmallFile.text("/proc/\(pid)/comm").map { "\($0) (pid \(pid))" }
            found[id] = NetworkNamespace(id: id, pid: pid, isOwn: false, name: names[id] ?? command)
        }
        for (id, name) in names where found[id] == nil {
            found[id] = NetworkNamespace(id: id, pid: 0, isOwn: false, name: name)
        }
        return (found.values.sorted { ($0.isOwn ? 0 : 1, $0.id) < ($1.isOwn ? 0 : 1, $1.id) }, hidden)
    }

    private static let named = "/run/netns"

    private static func number(of path: String) -> UInt64? {
        var facts = stat()
        return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : nil
    }

    /// Does something in it, on a thread that ends with that: a namespace is a thread's.
    /// - Throws: ``HomeportError`` with code `namespace.closed` where it may not be entered; what `body` throws.
    package func within<Value: Sendable>(
        _ body: @escaping @Sendable () throws(HomeportError) -> Value
    ) throws(HomeportError) -> Value {
        if isOwn { return try body() }
        let path = pid > 0 ? "/proc/\(pid)/ns/net" : "\(Self.named)/\(name ?? "")"
        return try BlockingThread.run { () -> Result<Value, HomeportError> in
            let number = open(path, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else { return .failure(closed(errno)) }
            let descriptor = Descriptor(owning: number)
            // Its process may have gone, and another have its number. A name stays the same network's.
            var facts = stat()
            guard pid == 0 || fstat(number, &facts) == 0 && UInt64(facts.st_ino) == id else {
                return .failure(closed(ESRCH))
            }
            guard homeport_enter_network(descriptor.number) == 0 else { return .failure(closed(errno)) }
            do throws(HomeportError) { return .success(try body()) } catch { return .failure(error) }
        }
        .get()
    }

    private func closed(_ errno: CInt) -> HomeportError {
        HomeportError(
            .namespaceClosed,
            "the network of \(name ?? "\(id)") cannot be looked into: \(SystemFailure.text(errno))",
            fix: "it takes root",
            errno: errno
        )
    }
}
#endif
