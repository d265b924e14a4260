import LiveTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The link commands, as a person uses them.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: ServeBench.hasTheMachine, ServeBench.howToRun))
struct LinkCommandTests {
    private let bench: ServeBench

    init() throws { bench = try ServeBench() }

    private struct List: Decodable {
        struct Link: Decodable {
            var project, name, target: String
            var addresses: [String]
            var cut: Bool
        }
        var links: [Link]
    }

    private func list() async throws -> [List.Link] {
        let answer = try await bench.run("link", "list", "--json")
        return try JSONDecoder().decode(List.self, from: Data(answer.output.utf8)).links
    }

    /// A served folder, and a link to it.
    private func withLink(
        _ words: String...,
        body: (_ link: List.Link, _ port: UInt16, ServeProcess) async throws -> Void
    )
        async throws
    {
        let server = try bench.start("serve", "public", "--port", "0")
        let target = try await server.port()
        let process = try bench.start(["link", "open", "\(target)", "--name", "way"] + words)
        try await eventually { try await list().count == 1 }
        let link = try #require(try await list().first)
        let port = try #require(UInt16(link.addresses[0].split(separator: ":").last ?? ""))
        try await body(link, port, process)
        process.signal(SIGINT)
        #expect(try await process.exitCode() == 0)
        #expect(try await list().isEmpty)
    }

    @Test func opensShowsChangesCutsAndEnds() async throws {
        try await withLink("--latency", "50ms") { link, port, process in
            #expect(link.name == "way" && link.project == "way" && !link.cut)
            let began = ContinuousClock.now
            #expect(try await bench.body("localhost", port) == "hello")
            #expect(ContinuousClock.now - began >= .milliseconds(50))
            let set = try await bench.run("link", "set", "way", "--latency", "1ms", "--rate", "10mbit")
            #expect(set.code == 0 && set.output == "way: down: rate 10mbit, latency 1ms (set by hand)\n")
            let show = try await bench.run("link", "show", "way")
            #expect(show.code == 0 && show.output.contains("latency (real): "))
            let cut = try await bench.run("link", "cut", "way", "--for", "200ms")
            #expect(cut.code == 0 && cut.output.hasPrefix("way: cut (heals in "))
            #expect(try await bench.body("localhost", port) == "hello")
            #expect(try await bench.run("link", "set", "way", "--clear").output == "way: no conditions (set by hand)\n")
        }
    }

    @Test func aRemovedLinkEndsItsProcess() async throws {
        let process = try bench.start("link", "open", "9", "--name", "gone")
        try await eventually { try await list().count == 1 }
        #expect(try await bench.run("link", "remove", "gone").output == "removed gone\n")
        #expect(try await process.exitCode() == 0)
    }

    @Test(arguments: [
        (["open", "5432", "--latency", "80"], "--latency"), (["open", "5432", "--rate", "10mbps"], "mbit"),
        (["open", "http://localhost:3000/x"], "is a URL"), (["open", "db"], "neither a port nor an address"),
        (["open", "5432", "--preset", "3g"], "apple:3g"), (["open", "5432", "--slice", "0B"], "a piece has 1 byte"),
        (["open", "8.8.8.8:53"], "--remote"), (["opne", "5432"], "did you mean homeport link open"),
        (["open", "5432", "--latency", "-5ms"], "it is negative"), (["set"], "name a link"),
        (["cut", "--all", "x"], "exclude each other"),
        (["open", "5432", "--threads", "0"], "1 to 256"),
    ])
    func wrongWordsAreNamed(words: [String], what: String) async throws {
        let outcome = try await bench.run(["link"] + words)
        #expect(outcome.code == 2 && outcome.errors.contains(what), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func aLinkThatDoesNotRunIsTheWorlds() async throws {
        let outcome = try await bench.run("link", "cut", "nobody")
        #expect(outcome.code == 3 && outcome.errors.contains("no link nobody runs"))
    }

    @Test func aTakenPortIsExplained() async throws {
        let server = try bench.start("serve", "public", "--port", "0")
        let port = try await server.port()
        let outcome = try await bench.run("link", "open", "5432", "--listen", "\(port)")
        #expect(outcome.code == 3 && outcome.errors.contains("port \(port) is taken"))
    }

    @Test func presetsSayTheirSourceAndMeaning() async throws {
        let outcome = try await bench.run("link", "presets")
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("apple:3g  delay is one way"))
        #expect(outcome.output.contains("chrome:slow-4g  150 ms there and back, half each way"))
    }

    @Test func verifyTellsAskedAndGotAndWritesItsPage() async throws {
        let outcome = try await bench.run("link", "verify", "--quick", "--json", "--report", "page.html")
        // On a busy machine something may be out of tolerance, and that is what it says.
        #expect(outcome.code == 0 || outcome.code == 1)
        struct Report: Decodable {
            struct Measure: Decodable {
                var kind: String
                var within: Bool
                var samples: Int
            }
            var measures: [Measure]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        #expect(Set(report.measures.map(\.kind)) == ["latency", "jitter", "rate", "loss"])
        #expect(report.measures.allSatisfy { $0.samples > 0 })
        #expect(report.measures.allSatisfy(\.within) == (outcome.code == 0))
        #expect(bench.folder.read("project/page.html")?.contains("<svg") == true)
    }
}
