import HomeportConditions
import LiveTestSupport
import Testing

@testable import HomeportLink

@Suite(.timeLimit(.minutes(2))) struct SelectionTests {
    private func met(_ selection: Selection, _ numbers: ClosedRange<UInt64>, since birth: UInt64 = 0) -> [UInt64] {
        numbers.filter { number in
            let facts = ConnectionFacts(number: number, clientPort: UInt16(number))
            return selection.meets(facts, since: birth, Draws(seed: 1, number))
        }
    }

    @Test func byNumberFromWhenItCame() {
        #expect(met(Selection(first: 2), 1...6) == [1, 2])
        #expect(met(Selection(first: 2), 1...6, since: 3) == [4, 5])
        #expect(met(Selection(every: 3), 1...10, since: 1) == [4, 7, 10])
        #expect(met(Selection(clientPorts: 3...4), 1...6) == [3, 4])
        #expect(met(Selection(first: 4, every: 2), 1...9) == [2, 4])
    }

    @Test func aShareIsDrawnOnce() {
        let some = met(Selection(share: 0.3), 1...10_000)
        #expect(abs(Double(some.count) - 3000) < 4 * 46)
        #expect(met(Selection(share: 0.3), 1...10_000) == some)
        // Whoever meets the smaller share meets the larger one as well.
        #expect(Set(some).isSubset(of: met(Selection(share: 0.6), 1...10_000)))
        #expect(met(Selection(share: 0), 1...100).isEmpty && met(Selection(share: 1), 1...100).count == 100)
    }

    /// A ClientHello as short as it can be, for this server.
    private static func hello(_ name: String, in records: Int = 1) -> [UInt8] {
        func sized(_ bytes: [UInt8], _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) } + bytes
        }
        let names = sized([0] + sized(Array(name.utf8), 2), 2)
        let extensions = sized([0, 23] + sized([], 2) + [0, 0] + sized(names, 2), 2)
        let random = [UInt8](repeating: 7, count: 32)
        let body = [3, 3] + random + sized([], 1) + sized([0x13, 1], 2) + sized([0], 1) + extensions
        let message = [1] + sized(body, 3)
        let size = (message.count + records - 1) / records
        return stride(from: 0, to: message.count, by: size).flatMap { start in
            [0x16, 3, 1] + sized(Array(message[start..<min(start + size, message.count)]), 2)
        }
    }

    @Test(arguments: [1, 3]) func theServerThatATLSClientAsksFor(records: Int) {
        let hello = Self.hello("API.example.test", in: records)
        #expect(ClientHello.serverName(hello) == .name("api.example.test"))
        for end in 0..<hello.count { #expect(ClientHello.serverName(Array(hello[..<end])) == .unknown, "\(end)") }
        #expect(ClientHello.serverName(Array("GET / HTTP/1.1".utf8)) == .none)
        // Whatever is wrong in it, it names nobody or somebody, and nothing falls over.
        for index in hello.indices {
            var broken = hello
            broken[index] ^= 0xFF
            _ = ClientHello.serverName(broken)
        }
    }

    @Test func byWhatTheClientSendsFirst() async throws {
        for (opening, isMet) in [("GET /admin HTTP/1.1", true), ("GET /else HTTP/1.1", false)] {
            try await LinkBench.relayed("{ stall: true, direction: up, begins: 'GET /admin' }") {
                link,
                client,
                upstream in
                try client.send(opening)
                if isMet {
                    try await eventually { try await link.status.up.received == opening.utf8.count }
                    let passed = try await link.status.up.bytes
                    #expect(passed == 0)
                    try await link.set(LinkEdit.read("{ clear: true }", file: "test"))
                }
                let came = try upstream.text(opening.utf8.count)
                #expect(came == opening)
            }
        }
        let hello = Self.hello("a.example.test")
        try await LinkBench.relayed("{ up: { corrupt_at: 3, sni: '*.example.test' } }") { _, client, upstream in
            try client.send(hello)
            var expected = hello
            expected[3] ^= 1
            let came = try upstream.receive(hello.count)
            #expect(came == expected)
        }
    }

    @Test func whatWasSetBeforeTheFirstByteCounts() async throws {
        try await LinkBench.relayed { link, client, upstream in
            try await link.set(LinkEdit.read("{ up: { corrupt_at: 0, begins: ab } }", file: "test"))
            try client.send("abc")
            let came = try upstream.text(3)
            #expect(came == "`bc")
        }
    }

    @Test func datagramsByTheFirst() async throws {
        try await LinkBench.flowing("{ direction: up, blackhole: true, begins: bad }") { _, client, server in
            client.send("good")
            let came = try server.receive().text
            #expect(came == "good")
        }
        try await LinkBench.flowing("{ direction: up, blackhole: true, begins: bad }") { link, client, _ in
            client.send("bad one")
            try await eventually { try await link.status.up.effects.first?.hits == 1 }
        }
    }
}
