#if os(Linux)
import CHomeportLinux
import Glibc
import HomeportCore
import Synchronization
import Testing

@testable import HomeportNet

/// What a machine without IPv6, or without a loopback, makes of us: in a network namespace of its own, which takes
/// root.
@Suite(.enabled(if: mayMakeNamespaces), .timeLimit(.minutes(1)))
struct WithoutIPv6Tests {
    @Test func withoutIPv6OneLoopbackIsAllThereIs() throws {
        let outcome = try inNetworkNamespace(loopbackUp: true) { () throws -> String in
            let sockets = try ListeningSockets.open(.loopbacks(nil))
            let port = try Port.known(40000)
            let again = try ListeningSockets.open(.loopbacks(port))
            let facts = "\(sockets.ipv6Missing) \(sockets.places.count) \(again.places.count)"
            do throws(HomeportError) {
                return try "\(facts), opened \(ListeningSockets.open(.loopbacks(port)).places)"
            } catch {
                return "\(facts), \(error.what)"
            }
        }
        #expect(outcome.hasPrefix("true 1 1, port 40000 is taken: pid "))
        #expect(outcome.hasSuffix(" listens on 127.0.0.1:40000"))
    }

    /// Linux lets a program listen on 127.0.0.1 all the same; only a connection tells.
    @Test func aLoopbackThatIsDownIsFoundByConnecting() throws {
        let outcome = try inNetworkNamespace(loopbackUp: false) { () throws -> String in
            LoopbackProbe.failure(of: .loopback4)?.call ?? "works"
        }
        #expect(outcome == "connect")
    }

    /// A namespace belongs to a thread, so the work needs one that nobody uses afterwards.
    private func inNetworkNamespace(
        loopbackUp: Bool,
        _ body: @escaping @Sendable () throws -> String
    ) throws -> String {
        let work = Work { () throws -> String in
            guard homeport_unshare_network() == 0 else { throw SystemFailure("unshare", errno) }
            if let file = fopen("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "w") {
                fputs("1", file)
                fclose(file)
            }
            if loopbackUp { try bringLoopbackUp() }
            return try body()
        }
        var thread = pthread_t()
        let started = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(work).toOpaque()
        )
        #expect(started == 0)
        pthread_join(thread, nil)
        return try #require(try work.outcome.withLock { $0 }?.get())
    }
}

/// CAP_SYS_ADMIN, which root in a container does not always have.
private let mayMakeNamespaces: Bool = {
    let lines = SmallFile.text("/proc/self/status")?.split(separator: "\n") ?? []
    let mask = lines.first { $0.hasPrefix("CapEff:") }.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
    return mask & 1 << 21 != 0
}()

/// `ip link set lo up`, without needing that program: `struct ifreq` is a name of 16 bytes and the flags.
private func bringLoopbackUp() throws {
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<2, with: Array("lo".utf8))
    request[16] = UInt8(IFF_UP | IFF_RUNNING)
    let socket = try Held(AF_INET)
    guard ioctl(socket.number, UInt(SIOCSIFFLAGS), &request) == 0 else { throw SystemFailure("ioctl", errno) }
}

private final class Work: Sendable {
    let outcome = Mutex<Result<String, any Error>?>(nil)
    private let body: @Sendable () throws -> String

    init(_ body: @escaping @Sendable () throws -> String) { self.body = body }

    func run() {
        let result = Result { try body() }
        outcome.withLock { $0 = result }
    }
}
#endif
