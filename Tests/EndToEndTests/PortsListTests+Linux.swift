#if os(Linux)
import Glibc
import HomeportCore
import Testing

@testable import HomeportNet

private struct Listing: Decodable {
    struct Listener: Decodable {
        var port: UInt16
        var addresses: [String]
        var exposure: String
        var processes: [RunningProcess]
    }

    var listeners: [Listener]
}

@Suite(.timeLimit(.minutes(1))) struct PortsListTests {
    @Test func aListenerIsListedWithItsProgram() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        let outcome = try HomeportBinary.run("ports")
        #expect(outcome.exitCode == 0)
        let row = try #require(outcome.lines.first { $0.hasPrefix("localhost:\(port) ") })
        let fields = row.split(separator: " ").map(String.init)
        #expect(Array(fields[1...3]) == ["4+6", "loopback", "\(getpid())"])
        let json = try HomeportBinary.decode(Listing.self, try HomeportBinary.run("ports", "--json").output)
        let listener = try #require(json.listeners.first { $0.port == port.number })
        #expect(listener.addresses == ["127.0.0.1:\(port)", "[::1]:\(port)"])
        #expect(listener.processes.first?.pid == getpid())
    }

    @Test func onePortIsExplained() throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        let outcome = try HomeportBinary.run("ports", "\(port)")
        #expect(outcome.exitCode == 0)
        #expect(outcome.lines.first == "port \(port)")
        #expect(outcome.output.contains("pid \(getpid()) ("))
        for arguments in [["ports", "\(port)", "--json"], ["ports", "--json", "\(port)"]] {
            let json = try HomeportBinary.decode(
                PortExplanation.self,
                try HomeportBinary.run(arguments[0], arguments[1], arguments[2]).output
            )
            #expect(json.holders.count == 2)
            #expect(!json.canListen)
        }
    }

    @Test func aDevelopmentPortThatOthersReachIsAFailedCheck() throws {
        let port = try #require(try FreePorts.find(1).first)
        let sockets = try ListeningSockets.open(.address(.ipv4(IPv4(bits: 0), port)))
        let outcome = try HomeportBinary.run("ports", "--exposed")
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.contains("0.0.0.0:\(port) "))
        #expect(outcome.errors.contains("other machines can reach"))
        let held = sockets.port
        #expect(held == port)
    }

    @Test func aPipeGetsEveryExplanationOnOneLine() throws {
        let outcome = try HomeportBinary.run("ports", "62893", environment: ["COLUMNS=40"])
        #expect(outcome.lines.contains("  class     dynamic (49152-65535): never assigned, for private use"))
    }

    @Test func colourIsForTerminals() throws {
        #expect(try !HomeportBinary.run("ports").output.contains("\u{1B}"))
    }
}
#endif
