import LiveTestSupport
import Testing

@testable import HomeportDoor

/// What a hop keeps for itself, and that its connections go on.
extension ProxyTests {
    @Test func whatAClientCallsTheConnectionsOwnIsNotBelieved() async throws {
        try await proxied { client, upstream in
            try client.send(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-forwarded-for, via\r\nX-Forwarded-For: 10.0.0.1\r\nVia: 1.1 b\r\n\r\n"
            )
            let head = try upstream.accept().head()
            #expect(head.contains("X-Forwarded-For: 127.0.0.1\r\n") && head.contains("Via: 1.1 homeport\r\n"))
        }
    }

    @Test func aRequestGoesNoFurtherThanItAsksTo() async throws {
        try await proxied { client, _ in
            for (method, status) in [("OPTIONS", "204 "), ("TRACE", "405 ")] {
                try client.send("\(method) / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
                #expect(try client.head().hasPrefix("HTTP/1.1 " + status))
            }
        }
        try await proxied { client, upstream in
            try client.send("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 7\r\n\r\n")
            let server = try upstream.accept()
            #expect(try server.head().contains("Max-Forwards: 6\r\n"))
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n")
            #expect(try server.head().contains("Max-Forwards: 0\r\n"))
        }
    }

    @Test(arguments: [RawConnection.abort, RawConnection.leave])
    func aClientThatLeavesEndsItsRequest(leave: @Sendable (RawConnection) -> () -> Void) async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            let server = try upstream.accept()
            _ = try server.head()
            leave(client)()
            #expect(server.end() != .silence)
        }
    }

    /// As long as its program holds the connection: it is looked for five times.
    @Test func aClientThatSendsNoMoreHasItsAnswer() async throws {
        try await proxied { client, upstream in
            try client.send(Self.ask)
            client.finish()
            let server = try upstream.accept()
            _ = try server.head()
            try await Task.sleep(for: .seconds(2))
            try server.send(Self.hello)
            #expect(try client.text(Self.helloPassedOn.utf8.count) == Self.helloPassedOn)
            #expect(client.end() == .end)
        }
    }

    @Test(arguments: [200_000, 300_000, 600_000, 1_000_000])
    func aConnectionGoesOnAfterALargeAnswer(size: Int) async throws {
        try await proxied { client, upstream in
            let body = String(repeating: "b", count: size)
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\(Self.date)"
            try client.send(Self.ask)
            let server = try upstream.accept()
            for _ in 0..<20 {
                _ = try server.head()
                try server.send("\(head)\r\n\(body)")
                #expect(try client.head().hasPrefix("HTTP/1.1 200"))
                #expect(try client.receive(size).count == size)
                try client.send(Self.ask)
            }
        }
    }
}
