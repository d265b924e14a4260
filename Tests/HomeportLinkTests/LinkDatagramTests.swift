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

@Suite struct LinkDatagramTests {
    @Test func datagramsFindTheirWayThereAndBack() async throws {
        try await LinkBench.flowing("{ latency: 5ms, direction: both }") { link, client, server in
            client.send("ask")
            let (question, from) = try server.receive()
            #expect(question == "ask")
            server.send("answer", to: from)
            #expect(try client.receive().text == "answer")
            let status = try await link.status
            #expect(status.transport == "udp" && status.open == 1 && status.up.bytes == 3 && status.down.bytes == 6)
        }
    }

    @Test func eachClientHasAFlowOfItsOwn() async throws {
        try await LinkBench.flowing("{}") { link, client, server in
            let other = try DatagramWire()
            other.connect(to: link.port?.number ?? 0)
            client.send("one")
            let first = try server.receive()
            other.send("two")
            let second = try server.receive()
            #expect(first.from != second.from)
            server.send("to one", to: first.from)
            server.send("to two", to: second.from)
            #expect(try client.receive().text == "to one")
            #expect(try other.receive().text == "to two")
        }
    }

    @Test func aFlowEndsWhenItHasBeenIdle() async throws {
        try await LinkBench.flowing("{}", idle: .milliseconds(50)) { link, client, server in
            client.send("x")
            _ = try server.receive()
            try await eventually { try await link.status.open == 0 }
            #expect(try await link.status.opened == 1)
            // And the next one begins another.
            client.send("y")
            #expect(try server.receive().text == "y")
        }
    }

    @Test func lostAndDoubledDatagramsAreLostAndDoubled() async throws {
        try await LinkBench.flowing("{ direction: up, loss: 100% }") { link, client, server in
            for _ in 0..<10 { client.send("x") }
            client.send("y")
            try await eventually { try await link.status.up.effects.first?.hits == 11 }
            let loss = try await link.status.up.effects.first
            #expect(loss?.condition == "loss" && loss?.kind == "real" && loss?.hits == 11 && loss?.discardedBytes == 11)
            try await link.set(LinkEdit.read("{ direction: up, loss: off, duplicate: 100% }", file: "test"))
            client.send("twice")
            #expect(try server.receive().text == "twice")
            #expect(try server.receive().text == "twice")
        }
    }

    @Test func aTargetThatIsNotThereYetIsFoundLater() async throws {
        try await LinkBench.flowing("{}") { link, client, server in
            let port = server.port
            server.close()
            client.send("nobody")
            // The kernel says that nobody was there; the flow lives on.
            try await eventually {
                client.send("nobody")
                return try await link.status.failed > 0
            }
            let failure = try await link.status.lastFailure
            #expect(failure == "connection refused")
            let again = try DatagramWire(port: port)
            client.send("somebody")
            var text = "nobody"
            while text == "nobody" { text = try again.receive().text }
            #expect(text == "somebody")
            #expect(try await link.status.opened == 1)
        }
    }
}
