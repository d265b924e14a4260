import HomeportCore
import NIOCore
import NIOPosix
import Testing

@testable import HomeportLink

@Suite struct FidelityTests {
    private func withGroups<Value>(_ body: (ProbeGroups) async throws -> Value) async throws -> Value {
        let (link, probe) = (
            MultiThreadedEventLoopGroup(numberOfThreads: 1), MultiThreadedEventLoopGroup(numberOfThreads: 1)
        )
        let value = try await body(ProbeGroups(link: link, probe: probe))
        try await link.shutdownGracefully()
        try await probe.shutdownGracefully()
        return value
    }

    @Test func aRateIsSeenAsItComes() async throws {
        let seen = try await withGroups { groups in
            try await StreamProbe.bulk(
                through: LinkEdit.read("{ rate: 1MB/s }", file: "test"),
                for: .milliseconds(200),
                groups: groups
            )
        }
        let bytes = seen.reduce(0) { $0 + $1.bytes }
        #expect(bytes > 50_000 && bytes < 300_000)
    }
}
