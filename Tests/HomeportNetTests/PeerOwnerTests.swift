import HomeportCore
import Testing

@testable import HomeportNet

/// What the kernel names is not always what it was asked for.
struct PeerOwnerTests {
    private static func name(_ text: String, _ port: UInt16) throws -> SocketName {
        if let v4 = IPv4(text) { return SocketName(.v4(v4), port) }
        return SocketName(.v6(try #require(IPv6(text))), port)
    }

    private static func owner(
        _ state: SocketRecord.State,
        uid: UInt32 = 1000,
        inode: UInt32 = 7,
        local: (String, UInt16) = ("127.0.0.1", 50_000),
        remote: (String, UInt16) = ("127.0.0.1", 3000)
    ) throws -> PeerOwner {
        let ends = SocketEnds(
            transport: .tcp,
            local: try name("127.0.0.1", 50_000),
            remote: try name("127.0.0.1", 3000)
        )
        let socket = SocketRecord(
            state: state,
            local: try name(local.0, local.1),
            remote: try name(remote.0, remote.1),
            inode: inode,
            uid: uid
        )
        return PeerOwner(.socket(socket), at: ends)
    }

    @Test func whoHoldsItIsItsUser() throws {
        #expect(try Self.owner(.established) == .user(1000))
        #expect(try Self.owner(.established, uid: 0) == .user(0))
        // It sends no more, and is held.
        #expect(try Self.owner(.finWait2) == .user(1000))
        #expect(try Self.owner(.finWait1) == .user(1000))
        // As a client has it whose socket is of both families.
        let mapped = try Self.owner(
            .established,
            local: ("::ffff:127.0.0.1", 50_000),
            remote: ("::ffff:127.0.0.1", 3000)
        )
        #expect(mapped == .user(1000))
    }

    /// Root's, by what the kernel says.
    @Test(arguments: [SocketRecord.State.finWait2, .timeWait, .closing, .lastAck, .synReceived, .established])
    func whatNobodyHoldsIsNobodys(state: SocketRecord.State) throws {
        #expect(try Self.owner(state, uid: 0, inode: 0) == .unknown(.gone))
    }

    @Test(arguments: [SocketRecord.State.synSent, .synReceived, .timeWait, .closed, .bound])
    func whatIsNoConnectionYetOrAnyMoreIsNobodys(state: SocketRecord.State) throws {
        #expect(try Self.owner(state) == .unknown(.gone))
    }

    @Test func whatIsNotTheConnectionIsNobodys() throws {
        #expect(try Self.owner(.listen, remote: ("0.0.0.0", 0)) == .unknown(.elsewhere))
        #expect(try Self.owner(.listen) == .unknown(.elsewhere))
        #expect(try Self.owner(.established, remote: ("127.0.0.1", 3001)) == .unknown(.elsewhere))
        #expect(try Self.owner(.established, local: ("127.0.0.2", 50_000)) == .unknown(.elsewhere))
        let ends = SocketEnds(
            transport: .tcp,
            local: try Self.name("127.0.0.1", 1),
            remote: try Self.name("127.0.0.1", 2)
        )
        #expect(PeerOwner(.none, at: ends) == .unknown(.elsewhere))
        #expect(PeerOwner(.untold, at: ends) == .unknown(.untold))
    }

    @Test func aUserOfAnotherNamespaceIsNobody() throws {
        #expect(try Self.owner(.established, uid: 65_534) == .unknown(.unmapped))
    }

    @Test func eachHasACodeOfItsOwn() {
        let all = [0, 1000, .max].map { PeerOwner.user($0) } + PeerOwner.Doubt.allCases.map { .unknown($0) }
        for owner in all { #expect(PeerOwner(code: owner.code) == owner) }
        #expect(PeerOwner(code: 0) == nil)
    }
}
