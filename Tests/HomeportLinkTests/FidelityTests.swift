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
                for: .milliseconds(500),
                groups: groups
            )
        }
        // However late anybody was: never more than the line could have carried by then.
        var bytes = 0
        for (moment, count) in seen {
            bytes += count
            #expect(Double(bytes) <= Double(moment) / 1e9 * 1e6 + 1000)
        }
        #expect(bytes > 0)
    }
}
