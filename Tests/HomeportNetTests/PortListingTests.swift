import HomeportCore
import Testing

@testable import HomeportNet

private let node = RunningProcess(pid: 900, command: "node", uid: 1000, user: "ana")
private let caddy = RunningProcess(pid: 812, command: "caddy", uid: 33, user: "www")

private func holder(_ address: IPAddress, _ port: UInt16, _ processes: RunningProcess..., v6Only: Bool = true)
    -> PortHolder
{
    PortHolder(SocketRecord(state: .listen, local: SocketName(address, port), v6Only: v6Only), processes)
}

@Suite struct PortListingTests {
    @Test func portsAreSortedAndBothLoopbacksOfOneProgramAreOneEntry() {
        let listing = PortListing([
            holder(.loopback6, 8080, node), holder(.loopback4, 9000, node), holder(.loopback4, 8080, node),
        ])
        #expect(listing.entries.map(\.port) == [8080, 9000])
        #expect(listing.entries[0].names.map(\.description) == ["127.0.0.1:8080", "[::1]:8080"])
        #expect(listing.entries[0].families == ["IPv4", "IPv6"])
    }

    @Test func twoProgramsOnOnePortStayTwoEntries() {
        #expect(PortListing([holder(.loopback4, 80, node), holder(.loopback6, 80, caddy)]).entries.count == 2)
        #expect(PortListing([holder(.loopback4, 80), holder(.loopback6, 80)]).entries.count == 2)
    }

    @Test func aProgramOnItsOwnAddressesIsNotFolded() {
        let lan = IPAddress.v4(IPv4(bits: 0xC000_0202))
        let listing = PortListing([holder(.loopback4, 53, node), holder(lan, 53, node), holder(.loopback6, 53, node)])
        #expect(listing.entries.count == 2)
        #expect(listing.entries[0].names.count == 2)
    }

    @Test func aDualStackWildcardCoversBothFamilies() {
        let listing = PortListing([holder(IPAddress.loopback6.wildcard, 80, node, v6Only: false)])
        #expect(listing.entries.first?.families == ["IPv4", "IPv6"])
        #expect(listing.entries.first?.names.count == 1)
    }

    @Test func onlyDevelopmentPortsThatOthersReachAreAFault() {
        var listing = PortListing([
            holder(.loopback4, 62000, node), holder(IPAddress.loopback4.wildcard, 22, caddy),
            holder(IPAddress.loopback4.wildcard, 62893, node),
        ])
        #expect(listing.exposedDynamic.map(\.port) == [62893])
        listing.keepExposed()
        #expect(listing.entries.map(\.port) == [22, 62893])
    }
}

@Suite struct PortExplanationTests {
    private func explain(_ number: UInt16, _ holders: PortHolder..., refusal: HomeportError? = nil) throws
        -> PortExplanation
    {
        PortExplanation(
            try Port.known(number),
            rules: PortRules(ephemeral: 32768...60999, reserved: [8080...8090]),
            registeredName: "http-alt",
            holders: holders,
            viewer: 1000,
            refusal: refusal
        )
    }

    @Test func aFreePortIsExplained() throws {
        let text = try explain(62893).text.flatMap(\.lines)
        #expect(text.contains("dynamic (49152-65535): never assigned, for private use"))
        #expect(text.contains("registered as http-alt; used by Homeport's front door"))
        #expect(text.contains("does not give it to outgoing connections: those get 32768-60999"))
        #expect(text.contains("nobody"))
        #expect(text.contains("one can listen on both loopbacks now"))
    }

    @Test func theKernelsPartIsExplained() throws {
        #expect(try explain(40000).isEphemeral)
        #expect(try explain(8085).isReserved)
        #expect(try explain(80).needsPrivilege)
        #expect(try explain(6000).isRefusedByBrowsers)
        #expect(try explain(80).range == .system)
    }

    @Test func differentProgramsOnTheTwoLoopbacksAreNoticed() throws {
        #expect(try explain(8080, holder(.loopback4, 8080, node), holder(.loopback6, 8080, caddy)).loopbacksDiffer)
        #expect(try !explain(8080, holder(.loopback4, 8080, node), holder(.loopback6, 8080, node)).loopbacksDiffer)
        #expect(try !explain(8080, holder(.loopback4, 8080, node)).loopbacksDiffer)
        let wildcard = holder(IPAddress.loopback6.wildcard, 8080, caddy)
        #expect(try explain(8080, holder(.loopback4, 8080, node), wildcard).loopbacksDiffer)
    }

    @Test func connectionsAreCountedAndListenersNamed() throws {
        let remote = SocketName(.loopback4, 50000)
        let connections = [SocketRecord.State.established, .closeWait, .timeWait].map {
            PortHolder(SocketRecord(state: $0, local: SocketName(.loopback4, 8080), remote: remote), [])
        }
        let explanation = try explain(
            8080,
            holder(.loopback4, 8080, node),
            connections[0],
            connections[1],
            connections[2]
        )
        #expect(explanation.connections == 2)
        #expect(explanation.remembered == 1)
        #expect(explanation.holders.map(\.summary) == ["pid 900 (node) of user ana listens on 127.0.0.1:8080"])
        #expect(explanation.holders.first?.exposure == .loopback)
    }

    @Test func aRefusalIsPassedOn() throws {
        let refusal = HomeportError(.portTaken, "port 8080 is taken", fix: "choose another")
        let explanation = try explain(8080, refusal: refusal)
        #expect(!explanation.canListen)
        #expect(explanation.text.suffix(2).map(\.lines) == [["port 8080 is taken"], ["choose another"]])
    }
}
