import HomeportCore
import HomeportNet
import Synchronization
import Testing

@testable import HomeportDoor

final class Said: Sendable {
    private let lines = Mutex([String]())
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

struct SupervisionTests {
    @Test func whoFailsIsStartedAgainAfterEverLongerPauses() {
        var supervision = Supervision(.onFailure)
        var (now, pauses) = (Duration.zero, [Duration?]())
        for _ in 0..<10 {
            supervision.launched(at: now)
            let endsRest = supervision.exited(.code(1))
            #expect(endsRest)
            let pause = supervision.gone(at: now)
            pauses.append(pause)
            #expect(supervision.phase == .backingOff)
            now += pause ?? .zero
        }
        #expect(pauses.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(pauses.last == .seconds(10))
        #expect(supervision.restarts == 10)
    }

    @Test func whoHasRunForAWhileBeginsAnew() {
        var supervision = Supervision(.onFailure)
        for _ in 0..<5 {
            supervision.launched(at: .zero)
            _ = supervision.exited(.signal(9))
            _ = supervision.gone(at: .zero)
        }
        supervision.launched(at: .seconds(100))
        _ = supervision.exited(.code(1))
        #expect(supervision.gone(at: .seconds(110)) == .milliseconds(100))
    }

    @Test func whoEndsWellIsDoneAndMayHaveLeftADaemon() {
        var supervision = Supervision(.onFailure)
        supervision.launched(at: .zero)
        supervision.becameReady()
        let endsRest = supervision.exited(.code(0))
        #expect(!endsRest && supervision.phase == .ready && supervision.isAlive)
        let pause = supervision.gone(at: .seconds(1))
        #expect(pause == nil && supervision.phase == .ended)
    }

    @Test func alwaysMeansAlwaysAndNeverNever() {
        var always = Supervision(.always)
        always.launched(at: .zero)
        _ = always.exited(.code(0))
        #expect(always.gone(at: .zero) != nil)
        var never = Supervision(.never)
        never.launched(at: .zero)
        _ = never.exited(.code(1))
        #expect(never.gone(at: .zero) == nil)
    }

    @Test func whoIsStoppedStaysSo() {
        var supervision = Supervision(.always)
        supervision.launched(at: .zero)
        supervision.ask(again: false)
        let endsRest = supervision.exited(.code(0))
        #expect(endsRest)
        #expect(supervision.gone(at: .zero) == nil && supervision.phase == .stopped)
    }

    @Test func whatCannotBeStartedIsNotTriedForEver() {
        var supervision = Supervision(.always)
        supervision.launched(at: .zero)
        supervision.failed(2)
        #expect(supervision.gone(at: .zero) == nil && supervision.phase == .ended)
    }
}

struct ObservedListenerTests {
    private static let told = Port(61234)

    private static func socket(_ address: IPAddress, _ port: UInt16, inode: UInt32 = 1, v6Only: Bool = true)
        -> SocketRecord
    {
        SocketRecord(state: .listen, local: SocketName(address, port), inode: inode, v6Only: v6Only)
    }

    private static let any4 = IPAddress.v4(IPv4(bits: 0))
    private static let any6 = IPAddress.v6(IPv6(high: 0, low: 0))

    @Test func theToldPortCountsAtOnce() {
        let sockets = [Self.socket(.loopback4, 9229), Self.socket(.loopback4, 61234, inode: 5)]
        let place = ObservedListener.place(among: sockets, port: Self.told, isPatient: true)
        #expect(place.map { "\(Endpoint($0))" } == "127.0.0.1:61234")
    }

    @Test func anotherOneCountsOnlyAfterAWhile() {
        let sockets = [Self.socket(.loopback6, 5173)]
        #expect(ObservedListener.place(among: sockets, port: Self.told, isPatient: true) == nil)
        let place = ObservedListener.place(among: sockets, port: Self.told, isPatient: false)
        #expect(place.map { "\(Endpoint($0))" } == "[::1]:5173")
    }

    @Test func ofSeveralTheFirstThatIsNoDebugger() {
        let sockets = [
            Self.socket(.loopback4, 9229, inode: 1), Self.socket(.loopback4, 9464, inode: 9),
            Self.socket(.loopback4, 3000, inode: 4), Self.socket(.loopback6, 3000, inode: 5),
        ]
        let place = ObservedListener.place(among: sockets, port: Self.told, isPatient: false)
        #expect(place.map { "\(Endpoint($0))" } == "127.0.0.1:3000")
    }

    @Test func wildcardsAreReachedByLoopback() {
        func place(_ socket: SocketRecord) -> String? {
            ObservedListener.place(among: [socket], port: nil, isPatient: false).map { "\(Endpoint($0))" }
        }
        #expect(place(Self.socket(Self.any4, 80)) == "127.0.0.1:80")
        #expect(place(Self.socket(Self.any6, 80, v6Only: false)) == "127.0.0.1:80")
        #expect(place(Self.socket(Self.any6, 80, v6Only: true)) == "[::1]:80")
    }
}

struct EnvironmentFileTests {
    private static func read(_ text: String) throws -> [String] {
        try EnvironmentFile.parse(text, file: ".env").map { "\($0.name)=\($0.value)" }
    }

    @Test(arguments: [
        ("A=1", ["A=1"]), ("export A = b c # d", ["A=b c"]), ("# x\n\nA='$B #'  # c\n", ["A=$B #"]),
        ("A=\"x\\ny\\\"\" ", ["A=x\ny\""]), ("A=\"1\n2\"\nB=3", ["A=1\n2", "B=3"]),
        ("A=\r\nB=x=y\r\n", ["A=", "B=x=y"]),
        ("A=a#b", ["A=a#b"]), ("", []), ("\u{FEFF}A=1", ["A=1"]),
    ])
    func valuesAreAsTheyAreWritten(text: String, found: [String]) throws { #expect(try Self.read(text) == found) }

    @Test(arguments: [
        ("A", ".env:1"), ("B=1\n9A=2", ".env:2"), ("X=1\nA=\"open\n\n", ".env:2"), ("=x", ".env:1"),
        ("A='b' c", ".env:1"),
    ])
    func whatIsWrongIsSaidWithItsLine(text: String, place: String) {
        let error = #expect(throws: HomeportError.self) { try Self.read(text) }
        #expect(error?.subject == place)
    }
}

struct ProgramLogTests {
    @Test func eachProgramHasItsBound() {
        let log = ProgramLog(bound: 10_000)
        for number in 0..<10_000 { log.add("line \(number)", by: "loud") }
        log.add("I am here", by: "quiet")
        #expect(log.tail(of: "loud", 2) == ["line 9998", "line 9999"])
        let (lines, next) = log.lines(of: nil, after: 0)
        #expect(lines.count < 200 && lines.last?.service == "quiet" && next == 10_001)
        #expect(log.lines(of: "loud", after: next).lines.isEmpty)
    }

    @Test func aPageThatIsFullGoesOn() {
        let log = ProgramLog()
        for number in 0..<100 { log.add("\(number)", by: "a") }
        var (next, all) = (UInt64(0), [String]())
        while true {
            let page = log.lines(of: "a", after: next, limit: 30)
            if page.lines.isEmpty { break }
            all += page.lines.map(\.text)
            next = page.next
        }
        #expect(all == (0..<100).map { "\($0)" })
    }

    @Test func whoWaitsIsToldOfTheNextLine() async {
        let log = ProgramLog()
        async let waited: Void = log.wait(after: 0, within: .seconds(60))
        log.add("here", by: "a")
        await waited
        await log.wait(after: 1, within: .milliseconds(1))
        #expect(log.tail(of: "a", 1) == ["here"])
    }
}

struct KeeperReportTests {
    @Test(arguments: [
        KeeperReport.started(pid: 12), .failed(errno: 2), .exited(.code(3)), .exited(.signal(9)), .suspended, .gone,
    ])
    func whatIsToldIsRead(report: KeeperReport) { #expect(KeeperReport(line: report.line) == report) }

    @Test(arguments: ["", "started", "started x", "gone 1", "nonsense 4 5"])
    func otherLinesAreNone(line: String) { #expect(KeeperReport(line: line) == nil) }
}
