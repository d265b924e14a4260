import HomeportCore
import HomeportNet
import NIOCore
import Testing

@testable import HomeportGuard

/// Who may do what, by what is known of who asks.
struct AccessRulesTests {
    private func first(_ allowed: [String], _ evidence: Evidence) throws -> String? {
        Audience(try allowed.map { try Who(parsing: $0) })
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
        #expect(rules.who(may: "GET", at: Array("/docs".utf8)) == [.anyone])
        #expect(rules.who(may: "GET", at: Array("/docs/a".utf8)) == [.anyone])
        #expect(rules.who(may: "GET", at: Array("/docsa".utf8)) == [.me])
        #expect(rules.who(may: "POST", at: Array("/docs/a".utf8)) == [.me])
        #expect(rules.who(may: "GET", at: Array("/docs/secret/x".utf8)) == [])
        #expect(rules.who(may: "GET", at: Array("/docs/secret".utf8)) == [.anyone])
        // Only where a rule looks at it, a path must be one.
        #expect(rules.who(may: "GET", at: nil) == nil)
        rules.rules = [read]
        #expect(rules.who(may: "POST", at: nil) == [.me])
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
        #expect(PathPattern.settled(path).map { String(decoding: $0, as: UTF8.self) } == settled)
    }

    @Test(arguments: ["", "admin", "/a//b", "/a/../b", "/%61", "/a*", "/*/a", "/a*/"])
    func aPathThatIsNoneIsRefused(text: String) {
        #expect(throws: HomeportError.self) { try PathPattern(parsing: text) }
    }

    /// Anything may be asked for; nothing that is asked for is let through a rule by another spelling. What a service makes of it is told in
    /// another way than the rule has it: part by part, from the raw path.
    @Test func noSpellingGoesAroundARule() throws {
        let rule = try PathPattern(parsing: "/admin")
        let pieces = [
            "/", "a", "dmin", "admin", "ADMIN", "%61", ".", "..", "%2e", "%2F", "//", "\\", ";", "%", "A", "%00", "x",
            "%CC%81",
            "%E2%80%8D", "é",
        ]
        var (state, inside) = (UInt64(7), 0)
        for _ in 0..<20_000 {
            var path = "/"
            for _ in 0..<6 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                path += pieces[Int(state >> 33) % pieces.count]
            }
            guard let settled = PathPattern.settled(path) else { continue }
            let parts = Self.served(path)
            let first = parts.first.map { String(decoding: $0, as: UTF8.self).lowercased() }
            #expect(rule.matches(settled) == (first == "admin"), "\(path)")
            #expect(settled.split(separator: UInt8(ascii: "/")).map(Array.init) == parts, "\(path)")
            inside += rule.matches(settled) ? 1 : 0
        }
        #expect(inside > 50)
    }

    /// The parts of a path, in bytes, as a service walks through them.
    private static func served(_ path: String) -> [[UInt8]] {
        var (bytes, rest) = ([UInt8](), Array(path.utf8)[...])
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        var (folders, part) = ([[UInt8]](), [UInt8]())
        for byte in bytes + [UInt8(ascii: "/")] {
            guard byte == UInt8(ascii: "/") else {
                part.append(byte)
                continue
            }
            switch part {
            case [], [46]: break
            case [46, 46]: if !folders.isEmpty { folders.removeLast() }
            default: folders.append(part)
            }
            part = []
        }
        return folders
    }

    @Test func getIsHeadAndCaseDoesNotMatter() throws {
        var rules = AccessRules()
        rules.allow = []
        var read = AccessRules.Rule()
        (read.methods, read.allow, read.paths) = (["GET"], [.anyone], [try PathPattern(parsing: "/Docs")])
        rules.rules = [read]
        #expect(rules.who(may: "HEAD", at: Array("/docs/a".utf8)) == [.anyone])
        #expect(rules.who(may: "POST", at: Array("/docs/a".utf8)) == [])
        #expect(rules.who(may: "pOst", at: Array("/docs/a".utf8)) == [])
    }

    @Test func whoFailsAgainAndAgainWaits() {
        let delays = (1...14).map { FailureBrake.delay(after: $0).nanoseconds / 1_000_000 }
        #expect(delays == [0, 0, 0, 0, 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
        let brake = FailureBrake()
        let peer = Peer(local: nil, remote: nil)
        for _ in 0..<5 { #expect(brake.delay(for: peer, now: .uptimeNanoseconds(1)) == .zero) }
        #expect(brake.hold(for: peer, now: .uptimeNanoseconds(1)) == .zero)
        #expect(brake.delay(for: peer, now: .uptimeNanoseconds(1)) == .milliseconds(100))
        // Who tries several at once waits for each of them.
        let holds = (0..<3).map { _ in brake.hold(for: peer, now: .uptimeNanoseconds(1)) }
        #expect(holds == [.milliseconds(100), .milliseconds(200), .milliseconds(300)])
        // As many as have their turn within half a minute, and no more.
        let more = (0..<1000).compactMap { _ in brake.hold(for: peer, now: .uptimeNanoseconds(1)) }
        #expect(more.count == 297 && more.last == .seconds(30))
        #expect(brake.delay(for: peer, now: .uptimeNanoseconds(61_000_000_000)) == .zero)
    }
}
