import HomeportCore
import Testing

@Suite struct HomeportErrorTests {
    @Test func saysWhatWhereAndWhatToDoInThatOrder() {
        let error = HomeportError(.badValue, "it is broken", where: "a.yaml:3", fix: "mend it")
        #expect("\(error)" == "it is broken\n  at   a.yaml:3\n  fix  mend it")
        #expect("\(HomeportError(.badValue, "it is broken"))" == "it is broken")
    }

    @Test func whatCameFromOutsideIsShownAndNotObeyed() {
        let error = HomeportError(
            .badValue,
            "\"\u{1B}[2J\n\u{202E}x\u{9B}31m\" is no port",
            where: "a\tb",
            fix: "say\u{7}"
        )
        #expect("\(error)" == "\"\\u{1b}[2J\\u{a}\\u{202e}x\\u{9b}31m\" is no port\n  at   a\\u{9}b\n  fix  say\\u{7}")
    }

    @Test func aValueOfAMegabyteIsQuotedInPart() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let text = try problem { try Duration(parsing: long) }.description
        #expect(text.utf8.count < 1000)
        #expect(text.contains("is not a duration: it starts with no number"))
    }

    @Test func blameIsTheExitCode() {
        #expect(HomeportError.Code.badValue.blame.rawValue == 2)
        #expect(HomeportError.Code.unreadable.blame.rawValue == 3)
        #expect(HomeportError.Blame.check.rawValue == 1)
        #expect("\(HomeportError.Code.badValue)" == "value.malformed")
    }

    @Test(arguments: ["plain text", "ümläut", "日本語", "tab-free (and) {odd} \\ signs", ""])
    func whatIsVisibleStaysAsItIs(text: String) { #expect(text.harmless == text) }
}
