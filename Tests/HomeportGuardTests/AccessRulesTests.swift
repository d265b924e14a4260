import HomeportCore
import HomeportNet
import NIOCore
import Testing

@testable import HomeportGuard

/// Who may do what, by what is known of who asks.
struct AccessRulesTests {
    private func first(_ allowed: [String], _ evidence: Evidence) throws -> String? {
        try allowed.map { try Who(parsing: $0) }
            .first(shownBy: evidence, own: 1000) { uid, group in (uid, group) == (1001, "dev") }?.text
    }

    @Test(
        arguments: [
            (["me"], Evidence(owner: .user(1000)), "me"), (["me"], Evidence(owner: .user(1001)), nil),
            (["uid:0", "group:dev"], Evidence(owner: .user(1001)), "group:dev"),
            (["group:dev"], Evidence(owner: .user(1000)), nil),
            (["uid:1001"], Evidence(owner: .user(1001)), "uid:1001"),
            (["me", "uid:0", "group:dev"], Evidence(owner: .unknown(.gone)), nil),
            (["me", "uid:0", "group:dev"], Evidence(), nil), ([], Evidence(owner: .user(1000)), nil),
            (["anyone"], Evidence(owner: .unknown(.elsewhere)), "anyone"),
            (["user:ada"], Evidence(user: "ada"), "user:ada"), (["user:ada"], Evidence(user: "Ada"), nil),
            (["user:*"], Evidence(user: "bob"), "user:*"), (["user:*"], Evidence(token: "ci"), nil),
            (["token:ci"], Evidence(token: "ci"), "token:ci"), (["token:ci"], Evidence(token: "cd"), nil),
            (["me", "token:*"], Evidence(owner: .user(0), token: "cd"), "token:*"),
        ] as [([String], Evidence, String?)]
    )
    func whoIsLetIn(allowed: [String], evidence: Evidence, who: String?) throws {
        #expect(try first(allowed, evidence) == who)
    }

    @Test(arguments: [
        "", "mee", "uid:", "uid:x", "uid:-1", "uid:4294967296", "group:", "user:", "token:", "root", "me:1", ":1",
    ])
    func whatSaysNotWhoIsRefused(text: String) {
        #expect(throws: HomeportError.self) { try Who(parsing: text) }
    }

    @Test func theFirstRuleThatFitsSays() throws {
        var rules = AccessRules()
        rules.allow = [.me]
        var read = AccessRules.Rule()
        (read.methods, read.allow) = (["GET", "HEAD"], [.anyone])
        read.paths = [try PathPattern(parsing: "/docs")]
        var admin = AccessRules.Rule()
        (admin.paths, admin.allow) = ([try PathPattern(parsing: "/docs/secret/*")], [])
        rules.rules = [admin, read]
        #expect(rules.who(may: "GET", { "/docs" }) == [.anyone])
        #expect(rules.who(may: "GET", { "/docs/a" }) == [.anyone])
        #expect(rules.who(may: "GET", { "/docsa" }) == [.me])
        #expect(rules.who(may: "POST", { "/docs/a" }) == [.me])
        #expect(rules.who(may: "GET", { "/docs/secret/x" }) == [])
        #expect(rules.who(may: "GET", { "/docs/secret" }) == [.anyone])
        // Only where a rule looks at it, a path must be one.
        #expect(rules.who(may: "GET", { nil }) == nil)
        rules.rules = [read]
        #expect(rules.who(may: "POST", { nil }) == [.me])
        #expect(rules.allowsAll == false && AccessRules().allowsAll)
    }

    @Test(
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("//a///b", "/a/b"), ("/a/./b/../c", "/a/c"),
            ("/../../etc", "/etc"),
            ("/%61dmin", "/admin"), ("/a%20b", "/a b"), ("/a/%2e%2E/b", "/b"), ("/%C3%A9", "/é"), ("/a/.", "/a/"),
            ("/a/..", "/"),
            ("/a%2Fb", nil), ("/a\\b", nil), ("/a%5cb", nil), ("/a%00", nil), ("/a%0a", nil), ("/a%", nil),
            ("/a%2", nil),
            ("/a%zz", nil), ("/a%+1", nil), ("/%ff", nil), ("/a%2561", nil), ("/a;b=c/d", nil),
        ] as [(String, String?)]
    )
    func aPathIsReadAsServicesReadIt(path: String, settled: String?) {
        #expect(PathPattern.settled(path) == settled)
    }

    @Test(arguments: ["", "admin", "/a//b", "/a/../b", "/%61", "/a*", "/*/a", "/a*/"])
    func aPathThatIsNoneIsRefused(text: String) {
        #expect(throws: HomeportError.self) { try PathPattern(parsing: text) }
    }

    /// Anything may be asked for; nothing that is asked for is let through a rule by another spelling.
    @Test func noSpellingGoesAroundARule() throws {
        let rule = try PathPattern(parsing: "/admin")
        let pieces = ["/", "a", "dmin", "admin", "%61", ".", "..", "%2e", "%2F", "//", "\\", ";", "%", "A", "%00", "x"]
        var state: UInt64 = 7
        for _ in 0..<50_000 {
            var path = "/"
            for _ in 0..<6 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                path += pieces[Int(state >> 33) % pieces.count]
            }
            guard let settled = PathPattern.settled(path) else { continue }
            // Settled once is settled.
            if !settled.contains("%") { #expect(PathPattern.settled(settled) == settled) }
            let parts = settled.split(separator: "/").map(String.init)
            #expect(rule.matches(settled) == (parts.first == "admin"), "\(path)")
            #expect(!parts.contains("..") && !parts.contains("."), "\(path)")
        }
    }

    @Test func whoFailsAgainAndAgainWaits() {
        let delays = (1...14).map { FailureBrake.delay(after: $0).nanoseconds / 1_000_000 }
        #expect(delays == [0, 0, 0, 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
        let brake = FailureBrake()
        let peer = Peer(local: nil, remote: nil)
        for _ in 0..<5 { #expect(brake.delay(for: peer, now: .uptimeNanoseconds(1)) == .zero) }
        #expect(brake.delay(for: peer, now: .uptimeNanoseconds(1)) == .milliseconds(100))
        #expect(brake.delay(for: peer, now: .uptimeNanoseconds(61_000_000_000)) == .zero)
    }
}
