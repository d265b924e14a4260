import HomeportCore
import LiveTestSupport
import Testing

@testable import HomeportRuntime

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct PlanStateTests {
    private let folder: TemporaryFolder
    private let state: StateDirectory

    init() throws {
        folder = try TemporaryFolder()
        let path = "\(folder.path)/home"
        state = StateDirectory { $0 == "HOMEPORT_HOME" ? path : nil }
    }

    private func plan(_ name: String, _ file: String?) -> Plan {
        Plan(name: ServiceName(madeFrom: name), directory: "/d", file: file)
    }

    @Test func theEnvironmentSaysWhere() {
        func path(_ variables: [String: String]) -> String { StateDirectory { variables[$0] }.path }
        #expect(path(["HOMEPORT_HOME": "/h", "XDG_STATE_HOME": "/x"]) == "/h")
        #expect(path(["HOMEPORT_HOME": "relative", "XDG_STATE_HOME": "/x"]) == "/x/homeport")
        #expect(path([:]) == StateDirectory.home + "/.local/state/homeport")
    }

    @Test func nobodyElseCanLookInside() throws {
        try state.prepare()
        for name in ["home", "home/run", "home/log"] { #expect(folder.mode(name) == 0o700) }
        _ = try state.token()
        #expect(folder.mode("home/token") == 0o600)
        chmod(state.runPath, 0o755)
        try state.prepare()
        #expect(folder.mode("home/run") == 0o700)
    }

    @Test func aFolderThatSomebodyChoseIsNeverChanged() throws {
        try folder.folder("home")
        try state.prepare()
        #expect(folder.mode("home") == 0o755)
        chmod(state.path, 0o1777)
        let error = try #require(throws: HomeportError.self) { try state.prepare() }
        #expect(error.what.hasSuffix("others may write to it"))
        #expect(folder.mode("home") == 0o1777)
        #expect(error.fix == "chmod go-w \(state.path)")
        #expect(Doctor.checkState(state).verdict == .failure)
    }

    @Test func theDoctorLooksWhoseTheSecretsAre() throws {
        #expect(Doctor.checkState(state).verdict == .ok, "there is none yet")
        try state.prepare()
        _ = try state.token()
        #expect(Doctor.checkState(state).verdict == .ok)
        try folder.write("home/tokens.json", "{}")
        chmod("\(state.path)/tokens.json", 0o644)
        let finding = Doctor.checkState(state)
        #expect(finding.verdict == .failure && finding.fix == "chmod 600 \(state.path)/tokens.json")
        chmod("\(state.path)/tokens.json", 0o600)
        chmod("\(state.path)/token", 0o640)
        #expect(Doctor.checkState(state).facts.contains("no secret any more"))
    }

    @Test func logsOfWhatHasNotRunForAMonthGo() throws {
        try state.prepare()
        for name in ["log/old-1.log", "log/old-1.log.1", "log/quiet-2.log", "log/new-3.log", "run/quiet-2.sock"] {
            try folder.write("home/\(name)", "x")
            guard !name.contains("new") else { continue }
            let past = timespec(tv_sec: time(nil) - 31 * 86_400, tv_nsec: 0)
            #expect(utimensat(AT_FDCWD, "\(state.path)/\(name)", [past, past], 0) == 0)
        }
        try state.prepare()
        #expect(access("\(state.logPath)/old-1.log", F_OK) != 0 && access("\(state.logPath)/old-1.log.1", F_OK) != 0)
        // Its project runs, and has had nothing to say.
        #expect(access("\(state.logPath)/quiet-2.log", F_OK) == 0)
        #expect(access("\(state.logPath)/new-3.log", F_OK) == 0)
    }

    @Test(.enabled(if: geteuid() == 0)) func anothersFolderIsNotUsed() throws {
        try state.prepare()
        chown(state.runPath, 12345, 12345)
        let error = try #require(throws: HomeportError.self) { try state.prepare() }
        #expect(error.what.hasSuffix("it belongs to another user"))
        #expect(error.subject == state.runPath && error.code.blame == .world)
    }

    @Test func whatCannotBeMadeSaysSo() throws {
        try folder.write("home", "a file")
        #expect(try #require(throws: HomeportError.self) { try state.prepare() }.what.hasSuffix("it is no folder"))
        let below = StateDirectory { $0 == "HOMEPORT_HOME" ? "\(state.path)/below" : nil }
        #expect(try #require(throws: HomeportError.self) { try below.prepare() }.what.hasSuffix("it cannot be made"))
    }

    @Test func aPathWithoutRoomForASocketIsRefusedAtOnce() throws {
        let path = folder.path + "/" + String(repeating: "x", count: 90)
        let error = try #require(throws: HomeportError.self) { try StateDirectory { _ in path }.prepare() }
        #expect(error.what.contains("too long"))
        #expect(error.fix?.contains("HOMEPORT_HOME") == true)
    }

    @Test func plansOfOneNameHaveSocketsOfTheirOwn() {
        let (a, b) = (plan("shop", "/a/homeport.yaml"), plan("shop", "/b/homeport.yaml"))
        #expect(state.socket(of: a) != state.socket(of: b))
        #expect(state.socket(of: a) == state.socket(of: plan("shop", "/a/homeport.yaml")))
        #expect(state.log(of: a).hasPrefix(state.logPath + "/shop-"))
        let long = plan(String(repeating: "x", count: 63), "/a")
        #expect(state.socket(of: long).utf8.count <= state.runPath.utf8.count + 39)
    }

    @Test func theSocketsAreFound() throws {
        #expect(state.sockets().isEmpty)
        try state.prepare()
        for name in ["b.sock", "a.sock", "c.txt"] { try folder.write("home/run/\(name)", "") }
        #expect(state.sockets() == ["\(state.runPath)/a.sock", "\(state.runPath)/b.sock"])
    }

    // MARK: Token

    @Test func theTokenIs256BitsAndStays() throws {
        try state.prepare()
        let token = try state.token()
        #expect(token.count == 64 && token.allSatisfy(\.isHexDigit))
        #expect(try state.token() == token)
        #expect(folder.names(in: "home") == ["log", "run", "token"])
    }

    @Test(arguments: ["", "short", String(repeating: "g", count: 64), String(repeating: "a", count: 65)])
    func aDamagedTokenIsReportedAndNotReplaced(text: String) throws {
        try state.prepare()
        try folder.write("home/token", text)
        chmod("\(state.path)/token", 0o600)
        let error = try #require(throws: HomeportError.self) { try state.token() }
        #expect(error.what == "the token is damaged")
        #expect(error.fix == "remove the file; a new one is made")
        #expect(folder.read("home/token") == text)
    }

    @Test func aTokenThatOthersCouldReadIsNone() throws {
        try state.prepare()
        _ = try state.token()
        chmod("\(state.path)/token", 0o644)
        #expect(
            try #require(throws: HomeportError.self) { try state.token() }.what.hasPrefix("the token is open to others")
        )
    }

    @Test func manyWhoMakeTheTokenAtOnceAgree() async throws {
        try state.prepare()
        let state = state
        for _ in 0..<20 {
            unlink("\(state.path)/token")
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try state.token() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
        }
        #expect(folder.names(in: "home") == ["log", "run", "token"])
    }

    // MARK: Turns

    @Test func onlyOneHasTheTurn() async throws {
        try folder.write("homeport.yaml", "x")
        let plan = "\(folder.path)/homeport.yaml"
        let first = try await StartTurn.take(plan)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let second = try await StartTurn.take(plan, within: .seconds(30))
                second.end()
            }
            let impatient = ContinuousClock.now
            try await StartTurn.take(plan, within: .milliseconds(30)).end()
            #expect(ContinuousClock.now - impatient >= .milliseconds(30))
            first.end()
            first.end()
            try await group.waitForAll()
        }
        let clock = ContinuousClock.now
        try await StartTurn.take(plan).end()
        #expect(ContinuousClock.now - clock < .seconds(5))
        try await StartTurn.take("\(folder.path)/none").end()
    }
}
