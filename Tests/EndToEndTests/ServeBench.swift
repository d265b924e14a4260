import LiveTestSupport
import Synchronization
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

/// A person at a terminal: a folder to work in, a state folder of its own, and the built program.
final class ServeBench: Sendable {
    struct Outcome: Sendable {
        var code: Int32
        var output: String
        var errors: String
    }

    let folder: TemporaryFolder
    private let started = Mutex<[ServeProcess]>([])

    init() throws {
        folder = try TemporaryFolder()
        try folder.folder("project")
        try folder.folder("project/public")
        try folder.write("project/public/index.html", "hello")
    }

    /// What a test leaves running, a detached project included, ends with it.
    deinit {
        for process in started.withLock({ $0 }) { process.kill() }
        for pid in pids.withLock({ $0 }) { _ = systemKill(pid, SIGKILL) }
    }

    /// Detached processes, which are nobody's children.
    private let pids = Mutex<[Int32]>([])

    func adopt(_ pid: Int32) { pids.withLock { $0.append(pid) } }

    var project: String { "\(folder.path)/project" }
    var home: String { "\(folder.path)/home" }

    func plan(_ text: String) throws { try folder.write("project/homeport.yaml", text) }

    static let plan = "name: shop\nservices:\n  site: { folder: ./public, default: true }\n"

    func start(_ arguments: String..., environment: [String] = []) throws -> ServeProcess {
        try start(arguments, environment: environment)
    }

    func start(_ arguments: [String], environment: [String] = []) throws -> ServeProcess {
        let usual = ["PATH=/usr/bin:/bin", "HOME=\(folder.path)", "HOMEPORT_HOME=\(home)", "LANG=C.UTF-8"].filter {
            one in
            let name = one.prefix { $0 != "=" } + "="
            return !environment.contains { $0.hasPrefix(name) }
        }
        let process = try ServeProcess(arguments, in: project, environment: usual + environment)
        started.withLock { $0.append(process) }
        return process
    }

    func run(_ arguments: String..., environment: [String] = []) async throws -> Outcome {
        try await run(arguments, environment: environment)
    }

    func run(_ arguments: [String], environment: [String] = []) async throws -> Outcome {
        let process = try start(arguments, environment: environment)
        let code = try await process.exitCode()
        return Outcome(code: code, output: process.output, errors: process.errors)
    }

    // MARK: Status

    struct Status: Decodable {
        struct Project: Decodable {
            struct Service: Decodable {
                var name, kind, summary, url: String
                var `default`: Bool
            }
            var project, version, directory, started: String
            var pid: Int32
            var plan: String?
            var addresses: [String]
            var connections: Int
            var services: [Service]

            var port: UInt16 { addresses.first.flatMap { UInt16($0.split(separator: ":").last ?? "") } ?? 0 }
        }
        var projects: [Project]
    }

    func status() async throws -> [Status.Project] {
        let outcome = try await run("status", "--all", "--json")
        #expect(outcome.code == 0)
        return try JSONDecoder().decode(Status.self, from: Data(outcome.output.utf8)).projects
    }

    /// Starts the plan in the background and adopts what runs.
    func upDetached() async throws -> Status.Project {
        let outcome = try await run("up", "--detach", "--port", "0")
        try #require(outcome.code == 0, "\(outcome.errors)")
        let project = try #require(try await status().first)
        adopt(project.pid)
        return project
    }

    func body(_ host: String, _ port: UInt16) async throws -> String {
        try await Web.get("/", host: host, at: .ipv4(port)).body
    }
}

/// The built program while it runs. Its output goes through files, so that nothing fills up while nobody reads.
final class ServeProcess: Sendable {
    let pid: Int32
    private let folder: TemporaryFolder
    private let code = Mutex<Int32?>(nil)

    init(_ arguments: [String], in directory: String, environment: [String]) throws {
        folder = try TemporaryFolder()
        // SwiftPM puts it beside the tests.
        let test = try #require(CommandLine.arguments.first)
        let program = String(test[...(try #require(test.lastIndex(of: "/")))]) + "homeport"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "\(folder.path)/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "\(folder.path)/errors", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // Other tests' sockets must not live on in the child: their peers would wait for an end that does not come.
        for descriptor in CInt(3)..<2048 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // The C library's call for the folder does not reach Swift. The shell becomes the program, so that the number stays.
        let shell = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$0\" \"$@\"", program, directory]
        var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for word in words + settings { free(word) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, "/bin/sh", &actions, nil, &words, &settings)
        guard failure == 0 else { throw Failure("\(program): \(String(cString: strerror(failure)))") }
        self.pid = pid
    }

    deinit { kill() }

    var output: String { folder.read("output") ?? "" }
    var errors: String { folder.read("errors") ?? "" }

    /// Unless it has ended: its number may belong to somebody else then.
    func signal(_ number: CInt) { code.withLock { if $0 == nil { _ = systemKill(pid, number) } } }

    func kill() {
        signal(SIGKILL)
        code.withLock { if $0 == nil { $0 = Self.wait(pid, 0) } }
    }

    /// What it ended with, 128 and the signal's number where one ended it.
    func exitCode(within time: Duration = .seconds(40)) async throws -> Int32 {
        do {
            return try await awaiting("the end of the process", within: time) {
                code.withLock { code in
                    if code == nil { code = Self.wait(pid, WNOHANG) }
                    return code
                }
            }
        } catch { throw Failure("\(error); it said: \(output)\(errors)") }
    }

    private static func wait(_ pid: Int32, _ flags: CInt) -> Int32? {
        var status: CInt = 0
        guard waitpid(pid, &status, flags) == pid else { return nil }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// The port, once both addresses were printed.
    func port(within time: Duration = .seconds(30)) async throws -> UInt16 {
        do {
            return try await awaiting("the addresses", within: time) {
                let words = (output + errors).split { $0 == " " || $0 == "\n" }
                guard words.contains(where: { $0.hasPrefix("http://[::1]:") }) else { return nil }
                return words.first { $0.hasPrefix("http://127.0.0.1:") }.flatMap { UInt16($0.dropFirst(17)) }
            }
        } catch { throw Failure("\(error); it said: \(output)\(errors)") }
    }
}

/// `kill`, under a name that a method of that name does not hide.
private func systemKill(_ pid: Int32, _ number: CInt) -> CInt { kill(pid, number) }

extension ServeBench {
    /// Whole programs that start, wait and stop want the machine to themselves: beside six hundred other tests on two cores
    /// they say more about the machine than about the program. `.ci/run` gives them a turn of their own.
    static var hasTheMachine: Bool { getenv("HOMEPORT_END_TO_END") != nil }

    static let howToRun: Comment = "run alone: HOMEPORT_END_TO_END=1 swift test --filter EndToEndTests"
}
