import HomeportCore
import Testing

@testable import HomeportNet

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct ListeningSocketsTests {
    @Test func bothLoopbacksListenOnOnePort() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let (opened, places, missing) = (sockets.port, sockets.places, sockets.ipv6Missing)
        let port = try #require(opened)
        #expect(!missing)
        #expect(places == [.ipv4(.loopback, port), .ipv6(.loopback, port)])
        for address in [IPAddress.loopback4, .loopback6] { #expect(try connects(to: SocketName(address, port.number))) }
    }

    @Test func aPortThatIsAskedForIsTheOneThatIsOpened() throws {
        let port = try LiveSockets.loopbackPort()
        let sockets = try ListeningSockets.open(.loopbacks(port))
        let opened = sockets.port
        #expect(opened == port)
        let other = try LiveSockets.loopbackPort()
        #expect(try ListeningSockets.open(.address(.loopback(other))).places.count == 2)
    }

    @Test(arguments: [IPAddress.loopback4, .loopback6])
    func bothLoopbacksAreBoundOrNone(taken: IPAddress) throws {
        let (held, port) = try LiveSockets.listener(SocketName(taken, 0))
        #expect(throws: HomeportError.self) { _ = try ListeningSockets.open(.loopbacks(port)).port }
        let other = taken == .loopback4 ? IPAddress.loopback6 : .loopback4
        #expect(try !connects(to: SocketName(other, port.number)))
        withExtendedLifetime(held) {}
    }

    @Test func whatIsNotHandedOverIsClosed() throws {
        let port = try LiveSockets.loopbackPort()
        for _ in 0..<3 { #expect(try ListeningSockets.open(.loopbacks(port)).port == port) }
        #expect(try !connects(to: SocketName(.loopback4, port.number)))
    }

    @Test func whatIsHandedOverStaysOpen() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        let held = sockets.release().map { Held(owning: $0) }
        #expect(held.count == 2)
        #expect(try connects(to: SocketName(.loopback6, port.number)))
    }

    @Test func socketsAreNotInheritedAndDoNotBlock() throws {
        let held = try ListeningSockets.open(.loopbacks(nil)).release().map { Held(owning: $0) }
        for socket in held {
            #expect(fcntl(socket.number, F_GETFD) & FD_CLOEXEC != 0)
            #expect(fcntl(socket.number, F_GETFL) & O_NONBLOCK != 0)
            #expect(option(socket, SOL_SOCKET, SO_REUSEADDR) != 0)
            #expect(option(socket, SOL_SOCKET, SO_REUSEPORT) == 0)
        }
        #expect(option(held[1], CInt(IPPROTO_IPV6), IPV6_V6ONLY) != 0)
    }

    /// Both may bind, since neither listens: the loser must learn it at `listen`, and then give up both.
    @Test func aProgramThatListensBetweenOurBindAndOurListenWins() throws {
        let first = try ListeningSockets.bound(SocketName(.loopback4, 0))
        let name = try #require(SocketName(localOf: first.number))
        let second = try ListeningSockets.bound(name)
        try ListeningSockets.listening(second, 1)
        #expect(throws: SystemFailure("listen", EADDRINUSE)) { try ListeningSockets.listening(first, 1) }
    }

    @Test func oneAddressIsOpenedAlone() throws {
        let port = try LiveSockets.loopbackPort()
        let four = try ListeningSockets.open(.address(.ipv4(.loopback, port)))
        let six = try ListeningSockets.open(.address(.ipv6(.loopback, port)))
        let places = four.places + six.places
        #expect(places == [.ipv4(.loopback, port), .ipv6(.loopback, port)])
    }

    @Test func theWildcardOfIPv6LeavesIPv4Alone() throws {
        let port = try LiveSockets.loopbackPort()
        let six = try ListeningSockets.open(.address(.ipv6(IPv6(high: 0, low: 0), port)))
        let four = try ListeningSockets.open(.address(.ipv4(.loopback, port)))
        let ports = [six.port, four.port]
        #expect(ports == [port, port])
    }

    @Test func anAddressOfAnotherMachineIsNamed() throws {
        let port = try LiveSockets.loopbackPort()
        let elsewhere = IPv4(bits: 0xC633_6401)  // 198.51.100.1, kept for documentation
        let error = try #require(throws: HomeportError.self) {
            _ = try ListeningSockets.open(.address(.ipv4(elsewhere, port))).port
        }
        #expect(error.code == .addressMissing)
        #expect(error.what == "198.51.100.1 is no address of this machine")
        #expect(error.fix?.contains("127.0.0.1") == true)
    }

    @Test func theBacklogIsRestoredAfterSomebodyListenedWithLess() throws {
        let held = try ListeningSockets.open(.loopbacks(nil), backlog: 8).release().map { Held(owning: $0) }
        let port = try #require(SocketName(localOf: held[0].number).flatMap { Port($0.port) })
        ListeningSockets.restoreBacklog(held[0].number, 512)
        // A full queue refuses or stalls connections: with a backlog of 8 the hundredth would never be established.
        let clients = try (0..<100).map { _ in try LiveSockets.client(to: port).socket }
        for client in clients {
            var poll = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
            #expect(systemPoll(&poll, 1, 5000) == 1)
        }
    }

    private func connects(to name: SocketName) throws -> Bool {
        let client = try Held(name.family)
        let answer = name.withSockaddr { connect(client.number, $0, $1) }
        if answer == 0 { return true }
        guard errno == EINPROGRESS else { return false }
        var wait = pollfd(fd: client.number, events: Int16(POLLOUT), revents: 0)
        guard systemPoll(&wait, 1, 5000) == 1 else { return false }
        return option(client, SOL_SOCKET, SO_ERROR) == 0
    }

    private func option(_ socket: Held, _ level: CInt, _ option: CInt) -> CInt {
        var value: CInt = -1
        var length = socklen_t(MemoryLayout<CInt>.size)
        #expect(getsockopt(socket.number, level, option, &value, &length) == 0)
        return value
    }
}

private func systemPoll(_ list: inout pollfd, _ count: nfds_t, _ milliseconds: CInt) -> CInt {
    poll(&list, count, milliseconds)
}
