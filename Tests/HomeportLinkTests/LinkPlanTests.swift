import HomeportConditions
import HomeportCore
import HomeportNet
import Testing

@testable import HomeportLink

@Suite struct LinkPlanTests {
    private func read(_ text: String, name: String = "slow") -> (plan: LinkPlan?, problems: [HomeportError]) {
        var problems: [HomeportError] = []
        do {
            let node = try PlanNode(parsing: text, file: "homeport.yaml")
            return (LinkPlan.read(node, name: name, problems: &problems), problems)
        } catch { return (nil, problems + [error]) }
    }

    private func words(_ text: String) throws -> LinkWords {
        let (plan, problems) = read(text)
        if let first = problems.first { throw first }
        return try #require(plan).settings().words
    }

    @Test func withoutADirectionWordsActOnTheWayDown() throws {
        let words = try words("{ to: 5432, latency: 80ms, jitter: 20ms }")
        #expect(words.up.isEmpty && words.down.map(\.text) == ["latency 80ms, jitter 20ms"])
    }

    @Test func aRoundTripIsHalfEachWay() throws {
        let words = try words("{ to: 5432, rtt: 101ms }")
        #expect(words.up.map(\.text) == ["latency 50.5ms"] && words.down.map(\.text) == ["latency 50.5ms"])
    }

    @Test func ownWordsReplaceThePresets() throws {
        let words = try words(
            "{ to: 5432, preset: apple:3g, down: { latency: 80ms, jitter: 20ms }, up: { rate: 1mbit } }"
        )
        #expect(words.down.map(\.text) == ["rate 780kbit, latency 80ms, jitter 20ms"])
        #expect(words.up.map(\.text) == ["rate 1mbit, latency 100ms"])
    }

    @Test func aRoundTripThatIsOffIsNoDelayEitherWay() throws {
        let words = try words("{ to: 5432, preset: apple:3g, rtt: off }")
        #expect(words.down.map(\.text) == ["rate 780kbit"] && words.up.map(\.text) == ["rate 330kbit"])
    }

    @Test func offTakesAPresetsWordAway() throws {
        let words = try words("{ to: 5432, preset: apple:3g, direction: both, rate: off }")
        #expect(words.down.map(\.text) == ["latency 100ms"] && words.up.map(\.text) == ["latency 100ms"])
    }

    @Test func aListHasAnOrderOfItsOwn() throws {
        let words = try words("{ to: 5432, down: [ { latency: 5ms }, { rate: 1mbit }, { latency: 7ms } ] }")
        #expect(words.down.map(\.text) == ["latency 5ms", "rate 1mbit", "latency 7ms"])
        let profile = LinkProfile(words, isCut: false, own: Lines(), group: nil, draws: Draws(seed: 1), now: 0)
        #expect(profile.down.stages.map(\.word) == ["latency", "rate", "latency"])
        #expect(Set(profile.down.stages.map(\.key)).count == 3)
    }

    @Test func aMappingHasTheDocumentedOrder() throws {
        let words = try words("{ to: 5432, stall: true, corrupt: 1%, loss: 1%, latency: 5ms, rate: 1mbit }")
        let profile = LinkProfile(words, isCut: true, own: Lines(), group: nil, draws: Draws(seed: 1), now: 0)
        #expect(profile.down.stages.map(\.word) == ["rate", "latency", "loss", "corrupt", "stall", "cut"])
    }

    @Test func edgesLeadToTheirSecondEnd() throws {
        let (plan, problems) = read("{ rtt: 10ms }", name: "api->db")
        #expect(problems.isEmpty && plan?.name == "api -> db")
        #expect(plan?.to == .service(try ServiceName(parsing: "db")))
    }

    @Test(arguments: [
        ("{ to: 5432, latency: 80 }", "the unit is missing"), ("{ to: 5432, latency: -5ms }", "it is negative"),
        ("{ to: 5432, rate: 10mbps }", "\"mbps\" may mean two things"),
        ("{ to: 5432, slice: 0B }", "a piece has 1 byte"),
        ("{ to: 5432, preset: 3g }", "there is no preset \"3g\""), ("{ to: 5432, loss: 150% }", "more than always"),
        ("{ to: 5432, latency: 5ms, from: 10s, until: 5s }", "end before it begins"),
        ("{ to: 5432, latency: 5ms, for: 10s, until: 15s }", "both say when it ends"),
        ("{ to: 5432, stall: true, ramp: 5s }", "stall is there or not"),
        ("{ to: 5432, latency: 5ms, ramp: 1ms }", "too short to be kept"),
        ("{ to: 5432, latency: 5ms, from: 10s, repeat: 5s }", "before it is over"),
        ("{ to: 5432, latency: 5ms, flap: 1s }", "is not on and off"),
        ("{ to: 5432, latency: 5ms, first: 0 }", "counts no connections"),
        ("{ to: 5432, first: 2 }", "first does nothing by itself"),
        ("{ to: 5432, latency: 5ms, client_port: 9-1 }", "no range of ports"),
        ("{ to: 5432, listen: 5432 }", "leads to where it listens"),
        ("{ to: 5432, latency: 5ms, down: { latency: 6ms } }", "said twice"),
        ("{ to: 5432, idle: 5s }", "idle is for UDP"),
        ("{ to: 5432, corrupt_at: '1,000' }", "is no list"),
        ("{ to: 5432, jitter: 5ms }", "jitter does nothing without latency"),
        ("{ to: 5432, latncy: 5ms }", "no key here"),
        ("{ to: 5432, slice: 10B, slice_variation: 10B }", "cannot vary by"), ("{ latency: 5ms }", "leads nowhere"),
        ("{ to: 5432, duplicate: 1% }", "duplicate is for UDP"),
        ("{ to: udp://127.0.0.1:53, slice: 1B }", "slice is for TCP"),
        ("{ to: http://localhost:3000/x }", "is a URL"), ("{ to: 10.1.2.3:80 }", "is beyond this machine"),
        ("{ to: udp://127.0.0.1:53, refuse: true }", "no connections to refuse"),
        ("{ to: 5432, correlation: 100% }", "100%"),
        ("{ to: 5432, distribution: gauss }", "is no distribution"),
        ("{ to: 5432, direction: sideways }", "no direction"),
        ("{ to: 5432, step: 5ms, step_every: 0s }", "no time at all"), ("{ to: 5432, corrupt_at: x }", "no list"),
        ("{ to: 5432, reset_after: soon }", "neither a time nor a number of bytes"),
        ("{ to: 5432, seed: -1 }", "no seed"),
        ("{ to: 5432, loss: \"p=1%\" }", "not both p and r"), ("{ to: 5432, rate_per: host }", "shares no rate"),
        ("{ to: 5432, direction: up }", "direction does nothing"),
        ("{ to: 5432, rtt: 5ms, latency: 5ms }", "both say"),
        ("{ to: 5432, rtt: 5ms, up: { latency: 5ms } }", "both say"),
        ("{ to: 5432, latency: 25h }", "is longer than 24h"),
        ("{ to: 5432, loss: 1%, recovery: 2m }", "is longer than 1m"),
    ])
    func everyMistakeIsNamed(text: String, what: String) {
        let (_, problems) = read(text)
        #expect(problems.contains { $0.what.contains(what) }, "\(problems.map(\.what))")
        #expect(problems.allSatisfy { $0.subject?.hasPrefix("homeport.yaml") == true && $0.fix != nil })
    }

    @Test func aWordThatIsNearlyAPresetGetsThoseThatEndLikeIt() {
        #expect(read("{ to: 5432, preset: 3g }").problems.first?.fix?.contains("apple:3g") == true)
        #expect(read("{ to: 5432, preset: chrome:slow4g }").problems.first?.fix == "did you mean chrome:slow-4g?")
    }

    @Test(
        arguments: [
            ("1\n2\n", nil), ("1\r\n2", nil), ("1\n2\n\n3\n", "/t:3 a line is empty"), ("", "/t:1 a line is empty"),
            ("1\nx\n", "/t:2 \"x\" is no time in a trace"), ("5\n3\n", "/t:2 3 comes after a later time"),
            ("0\n0\n", "/t the trace has no time later than 0"), ("-1\n", "/t:1 \"-1\" is no time in a trace"),
        ] as [(String, String?)]
    )
    func aTraceOrItsLineThatIsWrong(text: String, problem: String?) {
        var found: String?
        do throws(HomeportError) { _ = try TraceFile.parse(Array(text.utf8), "/t") } catch {
            found = "\(error.subject ?? "") \(error.what)"
        }
        #expect(found == problem)
    }

    @Test(arguments: Preset.all) func everyPresetActsOnTCPAndUDP(preset: Preset) throws {
        for isDatagram in [false, true] {
            var edit = LinkEdit()
            edit.preset = preset
            let words = try edit.applied(to: LinkWords(), isDatagram: isDatagram)
            #expect(!words.up.isEmpty && !words.down.isEmpty)
            // What it says is what words can say.
            for direction in words.up + words.down { #expect(!direction.templates.isEmpty) }
        }
        #expect(!preset.source.isEmpty && !preset.meaning.isEmpty)
    }

    @Test func whatMayWaitIsWhatIsUnderWay() throws {
        func limit(_ text: String) throws -> Int {
            LinkProfile(try words(text), isCut: false, own: Lines(), group: nil, draws: Draws(seed: 1), now: 0).down
                .limit
        }
        #expect(try limit("{ to: 1, rate: 1mbit, latency: 80ms }") == 64 << 10)
        #expect(try limit("{ to: 1, rate: 80mbit, latency: 100ms }") == 1_000_000)
        #expect(try limit("{ to: 1, rate: 8gbit, latency: 1s }") == 4 << 20)
        #expect(try limit("{ to: 1, latency: 80ms }") == 4 << 20)
        #expect(try limit("{ to: 1 }") == 1 << 20)
    }

    @Test func aGroupsLineIsOneLine() throws {
        let shared = Lines()
        let text = "{ to: 1, group: g, rate: 1mbit, rate_per: group }"
        let profiles = try (0..<2).map { _ in
            LinkProfile(try words(text), isCut: false, own: Lines(), group: shared, draws: Draws(seed: 1), now: 0)
        }
        #expect(profiles[0].down.stages[0].line === profiles[1].down.stages[0].line)
        let own = try words("{ to: 1, rate: 1mbit, rate_per: connection }")
        let profile = LinkProfile(own, isCut: false, own: Lines(), group: nil, draws: Draws(seed: 1), now: 0)
        #expect(profile.down.stages[0].line == nil)
    }

    @Test func oneEditTakesThePlaceOfTheSameWordsAndOfNoOthers() throws {
        let before = try words("{ to: 1, latency: 5ms, rate: 1mbit }")
        let after = try LinkEdit.read("{ latency: 9ms }", file: "x").applied(to: before, isDatagram: false)
        #expect(after.down.map(\.text) == ["rate 1mbit, latency 9ms"])
        let cleared = try LinkEdit.read("{ clear: true, loss: 1% }", file: "x").applied(to: before, isDatagram: false)
        #expect(cleared.down.map(\.text) == ["loss 1%"])
    }
}

extension Preset: CustomTestStringConvertible {
    public var testDescription: String { name }
}
