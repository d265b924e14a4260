#if os(Linux)
import Glibc
import HomeportCore
import Testing

@testable import HomeportNet

@Suite(.timeLimit(.minutes(1))) struct ListenerTableTests {
    @Test func aListenerOfOursIsListedWithItsProcess() throws {
        let (held, port) = try LiveSockets.listener(SocketName(.loopback6, 0))
        let listed = try #require(try ListenerTable.listeners().first { $0.local.port == port.number })
        #expect(listed.local.address == .loopback6)
        #expect(listed.state == .listen)
        #expect(listed.uid == geteuid())
        for depth in [ProcessTable.Depth.firstOwner, .everyOwner] {
            let owners = try #require(ProcessTable.owners(of: [listed.inode], depth)[listed.inode])
            let owner = try #require(owners.first { $0.pid == getpid() })
            #expect(owner.uid == geteuid())
            #expect(owner.age.map { $0 >= .zero && $0 < .seconds(86400) } == true)
            #expect(owner.commandLine?.isEmpty == false)
        }
        withExtendedLifetime(held) {}
    }

    @Test func aDualStackWildcardIsToldFromOneForIPv6Alone() throws {
        for v6Only in [true, false] {
            let (held, port) = try LiveSockets.listener(
                SocketName(.v6(IPv6(high: 0, low: 0)), 0),
                v6Only: v6Only
            )
            let listed = try ListenerTable.sockets(on: port).first { $0.state == .listen }
            #expect(listed?.isDualStackWildcard == !v6Only)
            withExtendedLifetime(held) {}
        }
    }

    @Test func onlyTheSocketsOfOnePortAreGiven() throws {
        let (server, port) = try LiveSockets.listener(SocketName(.loopback4, 0))
        let (client, source) = try LiveSockets.client(to: port)
        let atServer = try ListenerTable.sockets(on: port)
        #expect(atServer.contains { $0.state == .listen })
        #expect(atServer.allSatisfy { $0.local.port == port.number })
        let atClient = try ListenerTable.sockets(on: source)
        #expect(atClient.contains { $0.remote.port == port.number })
        withExtendedLifetime((server, client)) {}
    }

    @Test func aDatagramSocketIsListedOnRequest() throws {
        let held = Held(owning: socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0))
        try held.bind(SocketName(.loopback4, 0))
        let port = try #require(SocketName(localOf: held.number)?.port)
        #expect(try ListenerTable.listeners(udp: true).contains { $0.transport == .udp && $0.local.port == port })
        #expect(try !ListenerTable.listeners().contains { $0.transport == .udp })
    }

    @Test func aSocketWithoutAProcessHasNoOwner() {
        #expect(ProcessTable.owners(of: [0], .everyOwner).isEmpty)
        #expect(ProcessTable.owners(of: [UInt32.max], .everyOwner).isEmpty)
        #expect(ProcessTable.process(-1) == nil)
    }

    @Test func aListOfPortsShowsBothLoopbacksOfOneProgramOnce() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        let entries = try PortListing.gather().entries.filter { $0.port == port.number }
        #expect(entries.count == 1)
        #expect(entries.first?.names.map(\.address) == [.loopback4, .loopback6])
        #expect(entries.first?.exposure == .loopback)
        #expect(entries.first?.processes.first?.pid == getpid())
    }

    @Test func aPortIsExplainedWithItsHolderAndWhyItCannotBeHad() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        let explanation = try PortExplanation.gather(port)
        #expect(explanation.holders.count == 2)
        #expect(!explanation.loopbacksDiffer)
        #expect(!explanation.canListen)
        #expect(explanation.obstacle?.contains("pid \(getpid()) (") == true)
    }

    @Test func freePortsAreDifferentAndCanBeOpened() throws {
        let ports = try FreePorts.find(20)
        #expect(Set(ports).count == 20)
        for port in ports { #expect(ListeningSockets.couldBindLoopbacks(port) == nil) }
    }

    @Test func aPortThatSomebodyHoldsIsNotFree() throws {
        let port = try #require(try FreePorts.find(1).first)
        let sockets = try ListeningSockets.open(.loopbacks(port))
        #expect(try FreePorts.find(2, start: UInt16(clamping: Int(port.number) - 61000)).contains(port) == false)
        let held = sockets.port
        #expect(held == port)
    }
}
#endif
