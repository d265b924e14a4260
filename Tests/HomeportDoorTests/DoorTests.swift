import HomeportCore
import HomeportHTTP
import LiveTestSupport
import NIOCore
import Synchronization
import Testing

@testable import HomeportDoor

@Suite(.timeLimit(.minutes(2))) struct DoorTests {
    private static func route(_ name: String, _ summary: String = "folder ./x") throws -> RouteTable.Route {
        RouteTable.Route(name: try ServiceName(parsing: name), summary: summary, responder: NamedResponder(name))
    }

    private static func table(
        _ names: [String],
        fallback: String? = nil,
        control: String? = "control",
        isAlone: Bool = false
    ) throws -> RouteTable {
        RouteTable(
            routes: try names.map { try route($0) },
            fallback: try fallback.map { try ServiceName(parsing: $0) },
            control: control.map { NamedResponder($0) },
            isAlone: isAlone
        )
    }

    private func ask(_ table: RouteTable, host: String, _ request: String = "GET /a", _ fields: String...) async throws
        -> Web.Answer
    {
        try await withServer { loops in
            try await Door(table, loops: loops)
        } _: { port async throws in
            try await Web.ask(request, host: host, fields: fields, at: .ipv4(port))
        }
    }

    @Test(arguments: [
        ("api.localhost", "api"), ("API.LocalHost", "api"), ("api.localhost.", "api"), ("api.localhost:62893", "api"),
        ("web.localhost.:80", "web"), ("homeport.localhost", "control"), ("HOMEPORT.localhost.:1", "control"),
        ("localhost", "web"), ("127.0.0.1:62893", "web"), ("[::1]:62893", "web"), ("build.lan", "web"),
    ])
    func aNameFindsItsService(host: String, name: String) async throws {
        #expect(try await ask(Self.table(["api", "web"], fallback: "web"), host: host).body == "\(name) GET /a")
    }

    @Test func withoutADefaultTheBareAddressListsWhatIsThere() async throws {
        let answer = try await ask(Self.table(["api", "web"]), host: "localhost:8080")
        #expect(answer.status == 200)
        #expect(
            answer.body
                == "What is behind this door\n  http://api.localhost:8080/  folder ./x\n  http://web.localhost:8080/  folder ./x\n"
        )
        #expect(answer.field("Vary") == "Accept")
    }

    @Test func theListLetsNobodyIn() async throws {
        let answer = try await ask(Self.table(["api"]), host: "localhost", "GET /verify", "Via: 1.1 homeport-auth")
        #expect(answer.status == 508 && answer.body.contains("lets nobody in"))
    }

    @Test func aBrowserGetsTheListAsAPage() async throws {
        let table = RouteTable(routes: [try Self.route("api", "folder <b>\"&")], fallback: nil, control: nil)
        let answer = try await ask(table, host: "localhost", "GET /", "Accept: text/html,*/*")
        #expect(answer.field("Content-Type") == "text/html; charset=utf-8")
        #expect(answer.body.contains("<a href=\"http://api.localhost/\">api</a>"))
        #expect(answer.body.contains("folder &lt;b&gt;&quot;&amp;"))
    }

    @Test func whatATerminalWouldObeyIsWrittenOut() async throws {
        let table = RouteTable(routes: [try Self.route("api", "folder \u{1B}[2J")], fallback: nil, control: nil)
        #expect(try await ask(table, host: "localhost").body.contains("folder \\u{1b}[2J"))
    }

    @Test(arguments: [
        ("apj.localhost", "No service is called apj; did you mean api?"),
        ("zzz.localhost", "No service is called zzz\n"),
        ("a.api.localhost", "No service is called a.api"),
    ])
    func anUnknownNameGetsTheNearest(host: String, title: String) async throws {
        let answer = try await ask(Self.table(["api", "web"], fallback: "web"), host: host)
        #expect(answer.status == 404)
        #expect(answer.body.contains(title))
    }

    @Test func anUnknownNameIsNoWayToWriteIntoAPage() async throws {
        let answer = try await ask(Self.table(["api"]), host: "a'&b.localhost", "GET /", "Accept: text/html")
        #expect(answer.status == 404)
        #expect(answer.body.contains("a&#39;&amp;b"))
    }

    @Test func theControlNameIsNeverAService() async throws {
        let answer = try await ask(Self.table(["api"], fallback: "api", control: nil), host: "homeport.localhost")
        #expect(answer.status == 404)
    }

    @Test func whoServesAloneAnswersForEveryLocalNameButControls() async throws {
        let table = try Self.table(["site"], fallback: "site", isAlone: true)
        #expect(try await ask(table, host: "anything.localhost").body == "site GET /a")
        #expect(try await ask(table, host: "homeport.localhost").body == "control GET /a")
    }

    @Test func theDoorsOwnPagesTakeOnlyGET() async throws {
        let answer = try await ask(Self.table(["api"]), host: "localhost", "POST /")
        #expect(answer.status == 405)
        #expect(answer.field("Allow") == "GET, HEAD")
        #expect(try await ask(Self.table(["api"]), host: "localhost", "HEAD /").status == 200)
    }

    @Test func whatProtectsStandsBeforeEverythingButControl() async throws {
        let table = RouteTable(
            routes: [try Self.route("api")],
            fallback: nil,
            control: NamedResponder("control"),
            protect: { _, _ in NamedResponder("gate") }
        )
        for host in ["api.localhost", "localhost", "zzz.localhost"] {
            #expect(try await ask(table, host: host).body == "gate GET /a")
        }
        #expect(try await ask(table, host: "homeport.localhost").body == "control GET /a")
    }

    /// Holds an answer until told.
    private final class HeldResponder: Responder {
        private let held = Mutex<[@Sendable () -> Void]>([])

        var count: Int { held.withLock { $0.count } }

        func respond(to head: RequestHead, _ exchange: any Exchange) {
            let loop = exchange.loop.loop
            let bound = NIOLoopBound(exchange, eventLoop: loop)
            held.withLock {
                $0.append {
                    loop.execute {
                        let (answer, body) = ResponseHead.text(200, "held")
                        bound.value.answer(answer, body)
                    }
                }
            }
        }

        func letGo() { for answer in held.withLock({ $0 }) { answer() } }
    }

    @Test func aChangedTableLeavesRunningAnswersToWhoBeganThem() async throws {
        let held = HeldResponder()
        let name = try ServiceName(parsing: "api")
        let old = RouteTable(
            routes: [RouteTable.Route(name: name, summary: "held", responder: held)],
            fallback: nil,
            control: nil
        )
        let changed = try Self.table(["api"], control: nil)
        let box = Mutex<Door?>(nil)
        try await withServer(threads: 2) { loops in
            let door = try await Door(old, loops: loops)
            box.withLock { $0 = door }
            return door
        } _: { port async throws in
            let door = try #require(box.withLock { $0 })
            let early = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await Web.get("/a", host: "api.localhost", at: .ipv4(port)).body }
                }
                try await eventually { held.count == 4 }
                try await door.change(to: changed)
                // Once the change is done, every loop knows it.
                for _ in 0..<8 {
                    #expect(try await Web.get("/a", host: "api.localhost", at: .ipv4(port)).body == "api GET /a")
                }
                held.letGo()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(early == ["held", "held", "held", "held"])
        }
    }

    @Test func aTableMayChangeWhileRequestsRun() async throws {
        let (one, two) = (try Self.table(["api"], control: nil), try Self.table(["api", "web"], control: nil))
        let box = Mutex<Door?>(nil)
        try await withServer(threads: 2) { loops in
            let door = try await Door(one, loops: loops)
            box.withLock { $0 = door }
            return door
        } _: { port async throws in
            let door = try #require(box.withLock { $0 })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 {
                            #expect(try await Web.get("/a", host: "api.localhost", at: .ipv4(port)).status == 200)
                            let web = try await Web.get("/a", host: "web.localhost", at: .ipv4(port)).status
                            #expect(web == 200 || web == 404)
                        }
                    }
                }
                for turn in 0..<100 { try await door.change(to: turn % 2 == 0 ? two : one) }
                try await group.waitForAll()
            }
        }
    }
}
