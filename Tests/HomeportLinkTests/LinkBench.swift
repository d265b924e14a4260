import HomeportConditions
import HomeportCore
import HomeportNet
import LiveTestSupport
import NIOCore
import NIOPosix
import Testing

@testable import HomeportLink

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A link at work on a loop of its own, with what is before and behind it.
enum LinkBench {
    /// A client, and what the link has dialled for it.
    static func relayed(
        _ words: String = "{}",
        _ body: (_ link: Link, _ client: RawConnection, _ upstream: RawConnection) async throws -> Void
    ) async throws {
        let upstream = try Upstream()
        try await withLink(words, to: upstream.port) { link in
            let client = try RawConnection(to: link.port?.number ?? 0)
            try await body(link, client, try upstream.accept())
        }
    }

    static func flowing(
        _ words: String,
        idle: Duration = .seconds(60),
        _ body: (_ link: Link, _ client: DatagramWire, _ server: DatagramWire) async throws -> Void
    ) async throws {
        let server = try DatagramWire()
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "udp://127.0.0.1:\(server.port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        plan.idle = idle
        try await running(plan) { link in
            let client = try DatagramWire()
            client.connect(to: link.port?.number ?? 0)
            try await body(link, client, server)
        }
    }

    static func untilNobodyIsLeft(_ link: Link) async throws {
        try await eventually { try await link.status.open == 0 }
    }

    static func withLink(_ words: String, to port: UInt16, _ body: (Link) async throws -> Void) async throws {
        var plan = LinkPlan(name: "test", to: .endpoint(try Endpoint(parsing: "127.0.0.1:\(port)")))
        plan.edit = try LinkEdit.read(words, file: "test")
        try await running(plan, body)
    }

    /// Runs a link as long as `body` does.
    static func running(
        _ plan: LinkPlan,
        decisions: DecisionLog? = nil,
        _ body: (Link) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let link = try await start(plan, group, decisions: decisions)
        do { try await body(link) } catch {
            await link.stop(within: .zero)
            try await group.shutdownGracefully()
            throw error
        }
        await link.stop(within: .zero)
        try await group.shutdownGracefully()
    }

    static func start(
        _ plan: LinkPlan,
        _ group: MultiThreadedEventLoopGroup,
        decisions: DecisionLog? = nil
    ) async throws -> Link {
        guard case .endpoint(let endpoint) = plan.to else { throw ChannelError.operationUnsupported }
        let target: LinkTarget =
            plan.isDatagram
            ? .datagram(endpoint.place)
            : LinkTarget.stream(AddressDialer(endpoint.place), text: endpoint.description)
        return try await Link.start(plan, to: target, shared: nil, group: group, decisions: decisions) { _ in }
    }
}
