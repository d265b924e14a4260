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

/// What becomes of a link and of who goes through it when somebody changes it.
@Suite struct LinkChangeTests {
    @Test func aCutHoldsEverythingAndHealingLosesNothing() async throws {
        try await LinkBench.relayed { link, client, upstream in
            try await link.cut()
            try client.send("held")
            #expect(try await link.status.up.bytes == 0)
            try await link.heal()
            #expect(try upstream.text(4) == "held")
            #expect(try await link.status.up.bytes == 4)
        }
    }

    @Test func aCutForATimeHealsByItself() async throws {
        try await LinkBench.relayed { link, client, upstream in
            let began = ContinuousClock.now
            try await link.cut(for: .milliseconds(100))
            try client.send("held")
            #expect(try upstream.text(4) == "held")
            #expect(ContinuousClock.now - began > .milliseconds(90))
            #expect(try await !link.status.isCut)
        }
    }

    @Test func whatIsSetForATimeGoesBackToWhatWasBefore() async throws {
        try await LinkBench.relayed("{ latency: 1ms }") { link, client, upstream in
            let began = ContinuousClock.now
            try await link.set(LinkEdit.read("{ latency: 10s }", file: "test"), for: .milliseconds(200))
            try upstream.send("waits")
            #expect(try client.text(5) == "waits")
            #expect(ContinuousClock.now - began >= .milliseconds(200))
            #expect(try await link.status.down.conditions.first?[named: "latency"] == "1ms")
            #expect(try await link.status.setFor == nil)
        }
    }

    @Test func whatIsSetForGoodMeanwhileStays() async throws {
        try await LinkBench.relayed("{ latency: 1ms }") { link, client, upstream in
            try await link.set(LinkEdit.read("{ latency: 10s }", file: "test"), for: .milliseconds(100))
            try await link.set(LinkEdit.read("{ rate: 8mbit }", file: "test"))
            try upstream.send("waits")
            #expect(try client.text(5) == "waits")
            let words = try await link.status.down.conditions.first
            #expect(words?[named: "latency"] == "1ms" && words?[named: "rate"] == "8mbit")
        }
    }

    @Test func eachTimeUndoesItsOwnWordsAlone() async throws {
        try await LinkBench.relayed("{ latency: 1ms }") { link, _, _ in
            func words() async throws -> String { try await link.status.down.conditions.map(\.text).joined() }
            try await link.set(LinkEdit.read("{ latency: 9ms }", file: "test"), for: .seconds(60))
            try await link.set(LinkEdit.read("{ rate: 8mbit }", file: "test"), for: .milliseconds(50))
            try await eventually { try await words() == "latency 9ms" }
            // What is said later for good holds at once, and stays.
            try await link.set(LinkEdit.read("{ latency: 2ms }", file: "test"))
            #expect(try await words() == "latency 2ms")
        }
    }

    @Test func wordsThatDoNotGoTogetherChangeNothing() async throws {
        try await LinkBench.relayed("{ latency: 1ms }") { link, _, _ in
            await #expect(throws: HomeportError.self) {
                try await link.set(LinkEdit.read("{ duplicate: 5% }", file: "test"))
            }
            let conditions = try await link.status.down.conditions
            #expect(conditions.map(\.text) == ["latency 1ms"])
        }
    }

    @Test func liveConnectionsAreResetAtWill() async throws {
        try await LinkBench.relayed { link, client, upstream in
            try await link.set(LinkEdit.read("{ reset_after: 0s }", file: "test"))
            #expect(client.end() == .reset)
            #expect(upstream.end() == .reset)
        }
    }

    @Test func refusedAndUnreachableConnectsAreWhatTheySay() async throws {
        try await LinkBench.relayed { link, client, upstream in
            let port = link.port?.number ?? 0
            try await link.set(LinkEdit.read("{ refuse: true }", file: "test"))
            #expect(throws: RawConnection.Failure(call: "connect", number: ECONNREFUSED)) {
                try RawConnection(to: port)
            }
            try await link.set(LinkEdit.read("{ unreachable: true }", file: "test"))
            #expect(throws: RawConnection.Failure(call: "connect", number: ETIMEDOUT)) {
                try RawConnection(to: port, within: 300)
            }
            // Who was there is still there.
            try client.send("still here")
            #expect(try upstream.text(10) == "still here")
            try await link.set(LinkEdit.read("{ unreachable: false }", file: "test"))
            _ = try RawConnection(to: port)
            // It and the first one, and none of those that filled the queue.
            try await eventually { try await link.status.opened >= 2 }
            #expect(try await link.status.opened == 2)
        }
    }

    @Test func aScheduleComesAndGoes() async throws {
        let began = ContinuousClock.now
        try await LinkBench.relayed("{ stall: true, direction: both, from: 300ms, for: 300ms }") {
            _,
            client,
            upstream in
            try upstream.send("x")
            #expect(try client.text(1) == "x")
            try await eventually { ContinuousClock.now - began > .milliseconds(350) }
            try upstream.send("y")
            let text = try client.text(1)
            #expect(text == "y" && ContinuousClock.now - began >= .milliseconds(600))
        }
    }

    @Test func whatNobodyRenewsIsTakenAway() async throws {
        try await LinkBench.relayed { link, _, _ in
            let edit = try LinkEdit.read(
                "{ down: [ { name: a, latency: 5ms, expires: 200ms }, { name: b, latency: 1ms } ] }",
                file: "test"
            )
            try await link.set(edit)
            try await eventually { link.settings.words.down.map(\.text) == ["latency 1ms, name b"] }
        }
    }

    @Test func whoeverRenewsHasItsTimeAnew() throws {
        var settings = LinkSettings()
        settings.words = try LinkWords.parsed(
            up: "{}",
            down: "[ { name: a, latency: 5ms, expires: 10s }, { name: b, latency: 1ms, expires: 10s } ]"
        )
        var state = LinkState(target: .datagram(.unix("/x")), base: settings, planned: settings, settings: settings)
        let start = NIODeadline.uptimeNanoseconds(0)
        state.lease(now: start) { _ in false }
        state.lease(now: start + .seconds(6)) { $0.name == "b" }
        var ended = state.endLeases(now: start + .seconds(9))
        #expect(!ended)
        ended = state.endLeases(now: start + .seconds(10))
        #expect(ended && state.settings.words.down.map(\.text) == ["latency 1ms, name b, expires 10s"])
        #expect(state.base == state.settings)
        ended = state.endLeases(now: start + .seconds(16))
        #expect(ended && state.settings.words.down.isEmpty)
    }

    @Test func whatEachConditionDidIsCounted() async throws {
        try await LinkBench.relayed("{ latency: 5ms }") { link, client, upstream in
            try upstream.send("late")
            #expect(try client.text(4) == "late")
            let down = try await link.status.down
            #expect(down.bytes == 4)
            #expect(down.effects.map(\.condition) == ["latency"] && down.effects.first?.hits == 1)
            #expect(abs((down.effects.first?.milliseconds ?? 0) - 5) < 0.001)
        }
    }
}
