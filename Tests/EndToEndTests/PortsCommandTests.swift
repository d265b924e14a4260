import HomeportCore
import Testing

@testable import HomeportNet

@Suite(.timeLimit(.minutes(1))) struct PortsCommandTests {
    @Test func helpIsTheManualAndNoError() throws {
        let outcome = try HomeportBinary.run("ports", "--help")
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("homeport ports free 3"))
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: ["--bogus", "0", "65536", "eighty", "-1"])
    func wrongWordsExitWithTwo(word: String) throws {
        let outcome = try HomeportBinary.run("ports", word)
        #expect(outcome.exitCode == 2)
        #expect(outcome.errors.hasPrefix("homeport: "))
        #expect(outcome.output.isEmpty)
    }

    @Test func freePortsAreOneALine() throws {
        let outcome = try HomeportBinary.run("ports", "free", "3")
        #expect(outcome.exitCode == 0)
        let ports = try outcome.lines.map { try Port(parsing: $0) }
        #expect(Set(ports).count == 3)
        for port in ports { #expect(ListeningSockets.couldBindLoopbacks(port) == nil) }
        #expect(try HomeportBinary.run("ports", "free").lines.count == 1)
        for arguments in [["free", "2", "--json"], ["--json", "free", "2"]] {
            let json = try HomeportBinary.run("ports", arguments[0], arguments[1], arguments[2]).output
            #expect(try HomeportBinary.decode([String: [UInt16]].self, json)["ports"]?.count == 2)
        }
        #expect(try HomeportBinary.run("ports", "free", "0").exitCode == 2)
    }
}
