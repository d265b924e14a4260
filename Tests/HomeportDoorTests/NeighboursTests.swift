import HomeportCore
import HomeportHTTP
import HomeportNet
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportDoor

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct NameClaimsTests {
    private static func entry(_ project: String, pid: Int32, _ claims: [String: UInt64]) -> DoorEntry {
        DoorEntry(
            project: project,
            process: ProcessMark(of: pid),
            port: 1,
            socket: "/\(project)",
            claims: claims,
            services: []
        )
    }

    @Test func theEarliestClaimWins() {
        let claims = NameClaims([
            Self.entry("late", pid: 1, ["api.localhost": 20, "late.localhost": 20]),
            Self.entry("early", pid: 2, ["api.localhost": 10]),
        ])
        #expect(claims.owner(of: "api.localhost")?.project == "early")
        #expect(claims.owner(of: "late.localhost")?.project == "late")
        #expect(claims.owner(of: "none.localhost") == nil)
    }

    @Test func whenItsOwnerGoesTheNextOneHasIt() {
        let late = Self.entry("late", pid: 1, ["api.localhost": 20])
        #expect(NameClaims([late]).owner(of: "api.localhost")?.project == "late")
    }

    @Test func ofTwoAtOnceItIsTheSameForWhoeverLooks() {
        let (one, other) = (Self.entry("a", pid: 1, ["x": 5]), Self.entry("b", pid: 2, ["x": 5]))
        #expect(NameClaims([one, other]).owner(of: "x") == NameClaims([other, one]).owner(of: "x"))
    }

    @Test func aWildNameIsForAllBelowItUnlessOneIsWrittenOut() {
        let claims = NameClaims([
            Self.entry("wild", pid: 1, ["*.api.localhost": 1]), Self.entry("own", pid: 2, ["v1.api.localhost": 9]),
        ])
        #expect(claims.owner(of: "v2.api.localhost")?.project == "wild")
        #expect(claims.owner(of: "v1.api.localhost")?.project == "own")
        #expect(claims.owner(of: "api.localhost") == nil)
    }
}

@Suite(.timeLimit(.minutes(2))) struct NeighboursTests {
    private static let host = "api.localhost"

    /// A project that tells that it is there, and listens nowhere.
    private func withSilent(_ claims: [String: UInt64], _ body: (Neighbours, _ socket: String) async throws -> Void)
        async throws
    {
        let folder = try TemporaryFolder()
        let port = try #require(Port(1))
        let entry = DoorEntry(
            project: "silent",
            process: ProcessMark(of: getppid()),
            port: port.number,
            socket: folder.path + "/silent.door",
            claims: claims,
            services: []
        )
        try WholeWrite.file(
            folder.path + "/silent.names",
            String(decoding: JSONEncoder().encode(entry), as: UTF8.self)
        )
        try await body(Neighbours(in: folder.path, key: "own", port: port), entry.socket)
    }

    @Test func whoTookNoConnectionIsLeftAloneForAWhile() async throws {
        try await withSilent([Self.host: 1]) { neighbours, socket in
            #expect(neighbours.other(for: Self.host) == socket)
            neighbours.didNotTake(socket)
            #expect(neighbours.other(for: Self.host) == nil)
            // Whose the name is does not change by it.
            #expect(neighbours.project(of: Self.host) == "silent")
            try await eventually { neighbours.other(for: Self.host) == socket }
        }
    }

    @Test func whoTellsMoreThanItMayIsNotHeard() async throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("n\($0).localhost", UInt64(1)) })
        try await withSilent(many) { neighbours, _ in #expect(neighbours.other(for: "n7.localhost") == nil) }
    }

    @Test func moreNamesThanAProjectMayHaveAreRefused() async throws {
        try await withSilent([:]) { neighbours, _ in
            let many = Set((0..<20_000).map { "n\($0).localhost" })
            #expect {
                try neighbours.claim(many, needed: [], project: "own", services: [])
            } throws: {
                ($0 as? HomeportError)?.code == .doorNames
            }
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct HandOverTests {
    /// Two servers in one process: all connections of the first go to the second.
    private func withTwo(
        _ body: (UInt16, _ given: @escaping @Sendable () -> Int) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/b.door"
        try await withServer { loops in
            let far = HTTPService(responder: NamedResponder("far"))
            let listener = try await HTTPServer.start(
                ListeningSockets.open(.loopbacks(nil)),
                on: loops,
                service: far,
                onRefusal: { _ in }
            )
            let socket = try HandOverSocket(at: path, shares: { listener.descriptors }) { connection, transfers in
                HTTPServer.adopt(connection, transfers: transfers, at: listener, on: loops, service: far)
            }
            let given = Mutex(0)
            var near = HTTPService(responder: NamedResponder("near"))
            near.elsewhere = { head, _, _ in
                guard head.text(head.authority) == "far" else { return nil }
                return { connection in
                    given.withLock { $0 += 1 }
                    try? HandOverSocket.give(connection, transfers: 1, to: path)
                    _ = Descriptor(owning: connection.descriptor)
                }
            }
            let door = try await HTTPServer.start(
                ListeningSockets.open(.loopbacks(nil)),
                on: loops,
                service: near,
                onRefusal: { _ in }
            )
            try await body(door.port?.number ?? 0) { given.withLock { $0 } }
            await door.stop(within: .zero)
            socket.close()
            await listener.stop(within: .zero)
            return NamedResponder("none")
        } _: { _ in
        }
    }

    @Test func aConnectionGoesWithAllThatWasReadOfIt() async throws {
        try await withTwo { port, given async throws in
            #expect(try await Web.get("/a", host: "near", at: .ipv4(port)).body == "near GET /a")
            #expect(given() == 0)
            #expect(try await Web.get("/b", host: "far", at: .ipv4(port)).body == "far GET /b")
            #expect(given() == 1)
        }
    }

    @Test func whatWasAskedBeforeIsAnsweredFirst() async throws {
        try await withTwo { port, given async throws in
            let text = "GET /1 HTTP/1.1\r\nHost: near\r\n\r\nGET /2 HTTP/1.1\r\nHost: far\r\n\r\n"
            let answer = try await Web.send(
                text + "GET /3 HTTP/1.1\r\nHost: far\r\nConnection: close\r\n\r\n",
                to: .ipv4(port)
            )
            let bodies = ["near GET /1", "far GET /2", "far GET /3"]
            let places = bodies.compactMap { answer.firstRange(of: $0)?.lowerBound }
            #expect(places.count == 3 && places == places.sorted())
            #expect(given() == 1)
        }
    }

    @Test func socketsAreGivenAway() async throws {
        let folder = try TemporaryFolder()
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let (port, all) = (sockets.port, sockets.release())
        defer { for one in all { _ = Descriptor(owning: one) } }
        let socket = try HandOverSocket(at: folder.path + "/a.door", shares: { all }) { _, _ in }
        let given = try HandOverSocket.sockets(from: folder.path + "/a.door")
        #expect(given.count == all.count)
        guard let adopted = ListeningSockets.adopted(given) else {
            Issue.record("they are no listening sockets")
            return
        }
        let own = adopted.port
        #expect(own == port)
        socket.close()
        #expect(throws: SystemFailure.self) { try HandOverSocket.sockets(from: folder.path + "/a.door") }
    }

    @Test func whatIsNoConnectionIsNotTaken() async throws {
        let folder = try TemporaryFolder()
        let taken = Mutex(0)
        let path = folder.path + "/a.door"
        let socket = try HandOverSocket(at: path, shares: { [] }) { connection, _ in
            taken.withLock { $0 += 1 }
            _ = Descriptor(owning: connection.descriptor)
        }
        let null = try Descriptor.null()
        let pair = try Descriptor.pair().release()
        let (one, other) = (OpenFile(owning: pair.one), OpenFile(owning: pair.other))
        let listening = try ListeningSockets.open(.loopbacks(nil)).release()
        for descriptor in [null.number, one.descriptor, other.descriptor] + listening {
            let connection = LeavingConnection(descriptor: descriptor, ahead: ByteBuffer(string: "GET"))
            try HandOverSocket.give(connection, transfers: 0, to: path)
        }
        // They are looked at one after the other: what comes last is known to be the last.
        _ = try? HandOverSocket.sockets(from: path)
        #expect(taken.withLock { $0 } == 0)
        for descriptor in listening { _ = Descriptor(owning: descriptor) }
        socket.close()
    }

    @Test(arguments: ["", "C", "X", "S", "Cxyz"])
    func nonsenseIsNoConnection(text: String) async throws {
        let folder = try TemporaryFolder()
        let taken = Mutex(0)
        let path = folder.path + "/a.door"
        let socket = try HandOverSocket(at: path, shares: { [] }) { connection, _ in
            taken.withLock { $0 += 1 }
            _ = Descriptor(owning: connection.descriptor)
        }
        _ = try? await OneShot.ask(unixSocket: path, ByteBuffer(string: text), limit: 100, within: .milliseconds(300))
        #expect(taken.withLock { $0 } == 0)
        socket.close()
    }
}
