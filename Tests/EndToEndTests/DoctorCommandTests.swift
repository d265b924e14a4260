import HomeportRuntime
import Testing

@Suite(.timeLimit(.minutes(1))) struct DoctorCommandTests {
    @Test func theFindingsAreTheSameForPeopleAndPrograms() throws {
        let people = try HomeportBinary.run("doctor")
        let programs = try HomeportBinary.run("doctor", "--json")
        let findings =
            try HomeportBinary.decode([String: [Finding]].self, programs.output)["findings"] ?? []
        #expect(findings.count >= 5)
        for finding in findings { #expect(people.output.contains(finding.title)) }
        let failed = findings.contains { $0.verdict == .failure }
        #expect(people.exitCode == (failed ? 1 : 0))
        #expect(programs.exitCode == people.exitCode)
    }

    @Test func marksAreASCIIWhereTheTerminalMayNotKnowMore() throws {
        #expect(try HomeportBinary.run("doctor", environment: ["LC_ALL=C"]).output.utf8.allSatisfy { $0 < 128 })
        #expect(try HomeportBinary.run("doctor", environment: ["LC_ALL=C.UTF-8"]).output.contains("✓ "))
    }
}
