import Foundation
import LiveTestSupport
import NIOCore
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: ServeBench.hasTheMachine, ServeBench.howToRun))
struct ServeTests {
    private let bench: ServeBench

    init() throws { bench = try ServeBench() }

    @Test func printsBothAddressesAndTheyAnswer() async throws {
        let process = try bench.start("serve", "public", "--port", "0")
        let port = try await process.port()
        for place in [Web.Place.ipv4(port), .ipv6(port)] { #expect(try await Web.get("/", at: place).body == "hello") }
        process.signal(SIGTERM)
        #expect(try await process.exitCode() == 0)
        #expect(process.errors.isEmpty)
        #expect(bench.folder.names(in: "home/run").isEmpty)
    }

    /// A download of 20 MB that is under way, of which the client takes no more until told.
    private func download(from process: ServeProcess) async throws -> Wire {
        try bench.folder.write("project/public/large", [UInt8](repeating: 0x61, count: Self.large))
        let wire = try await Wire.connect(to: .ipv4(try await process.port()), isReading: false)
        wire.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.readOnce()
        try await eventually("the first bytes") { try await wire.receivedCount > 0 }
        return wire
    }

    private static let large = 20_000_000

    @Test func theFirstSignalLetsADownloadFinish() async throws {
        let process = try bench.start("serve", "public", "--port", "0")
        let wire = try await download(from: process)
        process.signal(SIGTERM)
        try await eventually("the report") { process.output.contains("stopping") }
        try await wire.read(true)
        #expect(try await wire.all(within: .seconds(30)).utf8.count > Self.large)
        #expect(try await process.exitCode() == 0)
    }

    @Test(arguments: [
        (CInt(SIGTERM), CInt(143)), (CInt(SIGINT), CInt(130)), (CInt(SIGHUP), CInt(129)),
    ])
    func theSecondSignalEndsItAtOnce(number: CInt, code: CInt) async throws {
        let process = try bench.start("serve", "public", "--port", "0")
        let wire = try await download(from: process)
        process.signal(number)
        try await eventually("the report") { process.output.contains("stopping") }
        process.signal(number)
        #expect(try await process.exitCode() == code)
        wire.close()
    }

    @Test func aTakenPortIsTheWorldsFaultAndNamesWhoHasIt() async throws {
        let first = try bench.start("serve", "public", "--port", "0")
        let port = try await first.port()
        let second = try await bench.run("serve", "public", "--port", "\(port)")
        #expect(second.code == 3)
        #expect(second.errors.contains("port \(port) is taken"))
        #expect(second.errors.contains("\(first.pid)"))
        #expect(second.errors.contains("--port N"))
        #expect(second.output.isEmpty)
    }

    @Test func twoServeOneFolderSideBySide() async throws {
        let processes = [try bench.start("serve", "--port", "0"), try bench.start("serve", "--port", "0")]
        for process in processes { _ = try await process.port() }
        #expect(try await bench.status().count == 2)
        let unclear = try await bench.run("down")
        #expect(unclear.code == 2)
        for process in processes { #expect(unclear.errors.contains("kill \(process.pid)")) }
        #expect(try await bench.run("down", "--all").code == 0)
        for process in processes { #expect(try await process.exitCode() == 0) }
    }

    // MARK: The log

    private func log(_ form: String) async throws -> (output: String, errors: String) {
        let process = try bench.start("serve", "public", "--port", "0", "--log", form)
        let port = try await process.port()
        #expect(try await Web.get("/", at: .ipv4(port)).status == 200)
        #expect(try await Web.get("/no\"such", at: .ipv4(port)).status == 404)
        process.signal(SIGTERM)
        #expect(try await process.exitCode() == 0)
        return (process.output, process.errors)
    }

    @Test func withJSONEveryLineOfOutputParses() async throws {
        struct Line: Decodable { var target: String; var status: Int }
        let (output, errors) = try await log("json")
        let lines = try output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.status) == [200, 404])
        #expect(lines.map(\.target) == ["/", "/no\"such"])
        #expect(errors.contains("http://[::1]:"))
    }

    @Test func textIsForPeopleAndOffIsSilent() async throws {
        #expect(try await log("text").output.contains(" 404 GET  /no\"such"))
        let silent = try await log("off").output
        #expect(silent.contains("http://127.0.0.1:") && !silent.contains("404"))
    }

    @Test func aReaderThatLeavesDoesNotEndTheServer() async throws {
        let script = "\"$0\" serve public --port 0 | head -n 4 > \"$1\""
        let program =
            try #require(CommandLine.arguments.first).split(separator: "/", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "/") + "/homeport"
        let home = bench.home
        let shell = Foundation.Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", script, program, "\(bench.folder.path)/head"]
        shell.currentDirectoryURL = URL(fileURLWithPath: bench.project)
        shell.environment = ["PATH": "/usr/bin:/bin", "HOMEPORT_HOME": home, "HOME": home]
        try shell.run()
        let project = try await awaiting { try await bench.status().first }
        bench.adopt(project.pid)
        try await eventually { bench.folder.read("head")?.contains("127.0.0.1") == true }
        for _ in 0..<20 { #expect(try await bench.body("localhost", project.port) == "hello") }
        #expect(try await bench.run("down", "--all").code == 0)
        try await eventually { !shell.isRunning }
    }

    // MARK: Words

    @Test(arguments: [
        (["serve", "8080"], "for the port, write --port 8080"), (["serve", "nowhere"], "name a folder that is there"),
        (["srve"], "did you mean homeport serve?"), (["stauts"], "did you mean homeport status?"),
        (["8080"], "homeport serve --port 8080"), (["public"], "homeport serve public"),
        (["plan", "chekc"], "did you mean homeport plan check?"),
        (["zzzzz"], "--help says more"), (["serve", "--prot", "1"], "Did you mean '--port'?"),
        (["up", "--detatch"], "Did you mean '--detach'?"),
        (["serve", "--port", "70000"], "--port"), (["serve", "--threads", "0"], "--threads takes 1 to 256, not 0"),
        (["serve", "--log", "xml"], "'text', 'json' or 'off'"),
        (["serve", "--host", "0.0.0.0"], "name the address that others use"),
        (["serve", "--host", "http://x.test"], "write x.test"),
        (["serve", "--basic-auth", "me:secret"], "htpasswd -nB"),
        (["serve", "--bind", "example"], "--bind 192.168.1.20"),
        (["serve", "--header", "x"], "--header 'X-Robots-Tag: noindex'"),
        (["serve", "--max-upload", "5MB"], "--max-upload needs --upload"),
        (["serve", ""], "the folder's name is empty"),
        (["serve", "--cors", "--cors-origin", "http://a.test"], "leave out one of the two"),
        (["serve", "--upload", "--max-upload", "5"], "5MB"),
        (["serve", "--bind", "127.0.0.1", "--port", "0"], "with --bind, port 0 is no port"),
    ])
    func aSlipGetsTheRightWords(words: [String], hint: String) async throws {
        let outcome = try await bench.run(words)
        #expect(outcome.code == 2, "\(outcome)")
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("homeport: "))
        #expect(outcome.output.isEmpty)
        #expect(!outcome.errors.contains("secret"))
    }

    @Test(arguments: [
        ["serve"], ["up"], ["down"], ["status"], ["open"], ["plan"], ["plan", "check"], ["plan", "schema"], ["ports"],
        ["doctor"],
    ])
    func helpIsAManualWithExamples(command: [String]) async throws {
        let outcome = try await bench.run(command + ["--help"])
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("EXAMPLES"))
        #expect(outcome.output.contains("homeport \(command[0])"))
    }

    @Test func theVersionIsOneLine() async throws {
        let outcome = try await bench.run("--version")
        #expect(outcome.code == 0 && outcome.output.split(separator: "\n").count == 1)
    }

    @Test func aPasswordIsAskedFor() async throws {
        let process = try bench.start(
            "serve",
            "public",
            "--port",
            "0",
            "--basic-auth",
            "alice:$apr1$cHhnMd2O$xMxR10smmD7ONdIt8C16A0"
        )
        let port = try await process.port()
        #expect(try await Web.get("/", at: .ipv4(port)).status == 401)
        let right = "Authorization: Basic \(Data("alice:correct horse".utf8).base64EncodedString())"
        #expect(try await Web.get("/", right, at: .ipv4(port)).body == "hello")
    }

    // MARK: Colour

    /// What the program says to a terminal.
    private func onTerminal(_ environment: [String: String]) async throws -> String {
        var (main, side): (CInt, CInt) = (0, 0)
        try #require(openpty(&main, &side, nil, nil, nil) == 0)
        defer { close(main) }
        let program =
            try #require(CommandLine.arguments.first).split(separator: "/", omittingEmptySubsequences: false)
            .dropLast().joined(separator: "/") + "/homeport"
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["up", "--dry-run"]
        process.currentDirectoryURL = URL(fileURLWithPath: bench.project)
        process.environment = environment.merging(["HOMEPORT_HOME": bench.home, "TERM": "xterm"]) { a, _ in a }
        process.standardOutput = FileHandle(fileDescriptor: side)
        try process.run()
        try await eventually { !process.isRunning }
        var room = [UInt8](repeating: 0, count: 4096)
        let count = read(main, &room, room.count)
        close(side)
        return String(decoding: room.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func colourIsForTerminalsThatWantIt() async throws {
        try bench.plan(ServeBench.plan)
        #expect(try await onTerminal([:]).contains("\u{1B}[32m+ site\u{1B}[0m"))
        for quiet in [["NO_COLOR": "1"], ["TERM": "dumb"]] { #expect(try await !onTerminal(quiet).contains("\u{1B}")) }
        #expect(try await onTerminal(["NO_COLOR": ""]).contains("\u{1B}[32m"))
        #expect(try await !bench.run("up", "--dry-run").output.contains("\u{1B}"))
    }
}
