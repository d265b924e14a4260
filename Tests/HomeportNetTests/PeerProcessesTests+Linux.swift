#if os(Linux)
import Glibc
import HomeportCore
import NIOCore
import Synchronization
import Testing

@testable import HomeportNet

@Suite(.timeLimit(.minutes(1))) struct PeerProcessesTests {
    private let processes = PeerProcesses()

    /// What a server would know of a client at `client`.
    private func peer(_ client: UInt16, of server: UInt16) throws -> Peer {
        Peer(
            local: try SocketAddress(ipAddress: "127.0.0.1", port: Int(server)),
            remote: try SocketAddress(ipAddress: "127.0.0.1", port: Int(client))
        )
    }

    private func isAnswered(_ peer: Peer) throws -> Bool { try LiveSockets.eventually { !peer.process.isSought } }

    @Test func aClientIsFoundByItsConnection() throws {
        let (server, port) = try LiveSockets.listener(SocketName(.loopback4, 0))
        let (client, source) = try LiveSockets.client(to: port)
        let peer = try peer(source.number, of: port.number)
        processes.find(peer, isDatagram: false)
        #expect(try isAnswered(peer))
        #expect(peer.process.known?.pid == getpid())
        #expect(peer.process.known?.command.isEmpty == false)
        withExtendedLifetime((server, client)) {}
    }

    @Test func aClientOfDatagramsIsFoundWhetherItIsConnectedOrNot() throws {
        for isConnected in [false, true] {
            let client = Held(owning: socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0))
            try client.bind(SocketName(.loopback4, 0))
            if isConnected {
                #expect(SocketName(.loopback4, 9).withSockaddr { connect(client.number, $0, $1) } == 0)
            }
            let peer = try peer(try #require(SocketName(localOf: client.number)).port, of: 9)
            processes.find(peer, isDatagram: true)
            #expect(try isAnswered(peer))
            #expect(peer.process.known?.pid == getpid())
        }
    }

    @Test func whatIsGoneIsGivenUp() throws {
        let peer = try peer(1, of: 2)
        processes.find(peer, isDatagram: false)
        #expect(try isAnswered(peer))
        #expect(peer.process.known == nil)
    }

    @Test func whoWaitsIsCalledOnceAndWhoComesLateIsTold() throws {
        let peer = try peer(1, of: 2)
        #expect(!peer.process.whenFound { Issue.record("nobody looks for it") })
        #expect(peer.process.seek())
        #expect(!peer.process.seek())
        let called = Atomic(0)
        #expect(peer.process.whenFound { called.add(1, ordering: .relaxed) })
        #expect(called.load(ordering: .relaxed) == 0)
        peer.process.found(nil)
        #expect(called.load(ordering: .relaxed) == 1)
        #expect(!peer.process.whenFound { Issue.record("it is known") })
    }

    @Test func aFloodIsAnsweredWithoutBeingLookedFor() throws {
        let peers = try (0..<20_000).map { try peer(UInt16(1 + $0 % 60_000), of: 2) }
        for peer in peers { processes.find(peer, isDatagram: false) }
        for peer in peers { #expect(try isAnswered(peer)) }
    }

    @Test func nothingWaitsOnceItIsClosed() throws {
        let before = try peer(1, of: 2)
        processes.find(before, isDatagram: false)
        processes.close()
        #expect(!before.process.isSought)
        let after = try peer(3, of: 4)
        processes.find(after, isDatagram: false)
        #expect(!after.process.isSought)
    }

    @Test func aSocketFileHasNoPeerToBeFound() throws {
        let peer = Peer(local: nil, remote: try SocketAddress(unixDomainSocketPath: "/tmp/x"))
        processes.find(peer, isDatagram: false)
        #expect(!peer.process.isSought)
    }
}
#endif
