#if os(Linux)
import Glibc
import HomeportCore
import Testing

@testable import HomeportNet

/// Each case once more, as the kernel of this machine brings it about.
@Suite(.timeLimit(.minutes(1))) struct LiveDiagnosisTests {
    private let me = "pid \(getpid()) ("

    private func refusal(_ port: Port, on address: Endpoint.Place? = nil) throws -> HomeportError {
        try #require(throws: HomeportError.self) {
            _ = try ListeningSockets.open(address.map { .address($0) } ?? .loopbacks(port)).port
        }
    }

    @Test func whoListensOnOneLoopbackIsNamed() throws {
        let (held, port) = try LiveSockets.listener(SocketName(.loopback6, 0))
        let error = try refusal(port)
        #expect(error.what.hasPrefix("127.0.0.1:\(port) is free, but [::1]:\(port) belongs to \(me)"))
        withExtendedLifetime(held) {}
    }

    @Test func whoListensEverywhereIsNamed() throws {
        for (address, v6Only) in [(IPAddress.loopback4.wildcard, true), (IPAddress.loopback6.wildcard, false)] {
            let (held, port) = try LiveSockets.listener(SocketName(address, 0), v6Only: v6Only)
            let error = try refusal(port)
            #expect(error.what.contains(me))
            #expect(error.what.contains(v6Only ? "every IPv4 address" : "every address, IPv4 included"))
            withExtendedLifetime(held) {}
        }
    }

    @Test func aConnectionIsFoundByItsSourcePort() throws {
        let (server, port) = try LiveSockets.listener(SocketName(.loopback4, 0))
        let (client, source) = try LiveSockets.client(to: port)
        let error = try refusal(source, on: .ipv4(.loopback, source))
        #expect(error.what.contains(me))
        #expect(error.what.hasSuffix("as its end of a connection to 127.0.0.1:\(port)"))
        withExtendedLifetime((server, client)) {}
    }

    @Test func aConnectionThatWasJustClosedIsFound() throws {
        let (server, port) = try LiveSockets.listener(SocketName(.loopback4, 0))
        let source: Port
        do {
            let (client, number) = try LiveSockets.client(to: port)
            source = number
            #expect(try LiveSockets.eventually { accepts(server, thenClosesAfter: client) })
        }
        let remembered = try LiveSockets.eventually {
            try ListenerTable.sockets(on: source).contains { $0.state == .timeWait }
        }
        #expect(remembered)
        let error = try refusal(source, on: .ipv4(.loopback, source))
        #expect(error.what.contains("was closed a moment ago"))
        #expect(error.fix?.hasPrefix("wait ") == true)
    }

    @Test(.enabled(if: kernelTellsOfBoundSockets)) func aSocketThatIsOnlyBoundIsFound() throws {
        let held = try Held(AF_INET)
        try held.bind(SocketName(.loopback4, 0))
        let port = try #require(SocketName(localOf: held.number).flatMap { Port($0.port) })
        let error = try refusal(port, on: .ipv4(.loopback, port))
        #expect(error.what.contains("holds 127.0.0.1:\(port) without listening"))
        #expect(error.what.contains(me))
    }

    /// The client ends first, so that it is the one who has to remember.
    private func accepts(_ server: Held, thenClosesAfter client: Held) -> Bool {
        let accepted = accept(server.number, nil, nil)
        guard accepted >= 0 else { return false }
        shutdown(client.number, CInt(SHUT_WR))
        close(accepted)
        return true
    }
}

/// Linux does since 6.8; before, such a socket is in the way without being in the list.
private let kernelTellsOfBoundSockets: Bool = {
    let release = SmallFile.text("/proc/sys/kernel/osrelease")?.split(separator: ".").compactMap { Int($0) } ?? []
    return release.count >= 2 && (release[0], release[1]) >= (6, 8)
}()
#endif
