import HomeportCore
import Testing

@testable import HomeportNet

@Suite struct PortFactsTests {
    @Test func theKernelsFilesAreRead() {
        #expect(PortRules.range("32768\t60999") == 32768...60999)
        #expect(PortRules.range("60999 32768") == nil)
        #expect(PortRules.range("") == nil)
        #expect(PortRules.range("1 2 3") == nil)
        #expect(PortRules.list("8080,9000-9100\n") == [8080...8080, 9000...9100])
        #expect(PortRules.list("") == [])
        #expect(PortRules.list("x,5-,-5,7-6,70000,22") == [22...22])
    }

    @Test func aReservedPortIsNotGivenToConnections() throws {
        let rules = PortRules(ephemeral: 1024...65535, reserved: [62890...62899])
        #expect(rules.isReserved(.homeport))
        #expect(!rules.isEphemeral(.homeport))
        #expect(rules.isEphemeral(try Port.known(62900)))
    }

    @Test func theEssentialPortsAreKnown() throws {
        #expect(try Port.known(6667).isRefusedByBrowsers)
        #expect(!Port.homeport.isRefusedByBrowsers)
        #expect(try Port.known(5173).usedInDevelopment == "Vite")
        #expect(Port.homeport.usedInDevelopment == "Homeport's front door")
    }

    @Test func theStatOfAProcessIsReadPastItsName() throws {
        let fields = "S 1 812 812 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000"
        let stat = try #require(ProcessStat(Array("812 (a) b (c) \(fields)".utf8)))
        #expect(stat.command == "a) b (c")
        #expect(stat.startTicks == 98765)
        #expect(ProcessStat(Array("812 (caddy) S 1".utf8)) == nil)
        #expect(ProcessStat(Array(")(".utf8)) == nil)
        #expect(ProcessStat([]) == nil)
    }

    @Test func whatAProcessCallsItselfCannotSteerATerminal() {
        let fields = String(repeating: " 1", count: 20)
        let steering = ProcessStat(Array("7 (a\u{1B}[31mb\u{9B}2J\u{202E}c)\(fields)".utf8))
        #expect(steering?.command == "a\\u{1b}[31mb\\u{9b}2J\\u{202e}c")
        #expect(ProcessStat(Array("7 (größe)\(fields)".utf8))?.command == "größe")
    }

    @Test func exposureFollowsFromTheAddress() throws {
        func exposure(_ address: IPAddress, interface: UInt32 = 0) -> Exposure {
            SocketRecord(state: .listen, local: SocketName(address, 80), interface: interface)
                .exposure(loopbackInterface: 1)
        }
        #expect(exposure(.loopback4) == .loopback)
        #expect(exposure(.v4(try #require(IPv4("127.9.9.9")))) == .loopback)
        #expect(exposure(.v6(try #require(IPv6("::ffff:127.0.0.1")))) == .loopback)
        #expect(exposure(.v4(try #require(IPv4("192.0.2.2")))) == .oneAddress)
        #expect(exposure(.v6(try #require(IPv6("fe80::1")))) == .oneAddress)
        #expect(exposure(IPAddress.loopback4.wildcard) == .everything)
        #expect(exposure(IPAddress.loopback6.wildcard) == .everything)
        #expect(exposure(IPAddress.loopback6.wildcard, interface: 1) == .loopback)
        #expect(exposure(IPAddress.loopback6.wildcard, interface: 2) == .everything)
    }

    @Test func addressesMeetAsTheKernelSaysTheyDo() throws {
        func occupies(_ held: String, _ wanted: IPAddress, v6Only: Bool = false) throws -> Occupation? {
            let address: IPAddress? = IPv4(held).map { .v4($0) } ?? IPv6(held).map { .v6($0) }
            let name = SocketName(try #require(address), 80)
            return SocketRecord(state: .listen, local: name, v6Only: v6Only).occupies(wanted)
        }
        #expect(try occupies("127.0.0.1", .loopback4) == .sameAddress)
        #expect(try occupies("::ffff:127.0.0.1", .loopback4) == .sameAddress)
        #expect(try occupies("127.0.0.1", .loopback6) == nil)
        #expect(try occupies("::1", .loopback4) == nil)
        #expect(try occupies("0.0.0.0", .loopback4) == .everyAddress)
        #expect(try occupies("0.0.0.0", .loopback6) == nil)
        #expect(try occupies("::", .loopback4) == .everyAddressOfBothFamilies)
        #expect(try occupies("::", .loopback4, v6Only: true) == nil)
        #expect(try occupies("::", .loopback6, v6Only: true) == .everyAddress)
        #expect(try occupies("192.0.2.2", IPAddress.loopback4.wildcard) == .oneOfTheAddresses)
        #expect(try occupies("192.0.2.2", .loopback4) == nil)
    }
}

@Suite struct PortPoolTests {
    private func first(_ count: Int, _ rules: PortRules, start: UInt16 = 0) -> [UInt16] {
        PortPool(rules).candidates(start: start).prefix(count).map(\.number)
    }

    @Test func theHighPortsComeFirst() {
        let rules = PortRules(ephemeral: 32768...60999)
        #expect(first(3, rules) == [61000, 61001, 61002])
        #expect(first(3, rules, start: 4534) == [65534, 65535, 61000])
        let high = first(4534, rules)
        #expect(high.allSatisfy { PortPool.preferred.contains($0) })
        #expect(!high.contains(62893))
    }

    @Test func reservedAndRefusedPortsAreLeftOut() {
        let rules = PortRules(ephemeral: 32768...60999, reserved: [61001...65535])
        #expect(first(3, rules) == [61000, 20000, 20001])
        let all = Set(first(100_000, rules))
        #expect(all.isDisjoint(with: [62000, 6667, 5432, 62893, 1023]))
        #expect(all.contains(40000))
        #expect(first(100_000, rules).count == all.count)
    }

    @Test func aWideEphemeralRangeLeavesTheRestForLast() {
        #expect(first(2, PortRules(ephemeral: 10000...65535)) == [1024, 1026])
        #expect(first(2, PortRules(ephemeral: 30000...65535)) == [20000, 20001])
    }
}
