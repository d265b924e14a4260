import HomeportServe
import Testing

@Suite struct PathTests {
    @Test func linksThatStayInsideAreFollowed() async throws {
        let folder = TestFolder()
        folder.write("site/a.txt", "inside")
        folder.write("site/d/b.txt", "deep")
        folder.link("site/relative", to: "a.txt")
        folder.link("site/absolute", to: "\(folder.path)/site/a.txt")
        folder.link("site/d/up", to: "../a.txt")
        folder.link("site/chain", to: "chain2")
        folder.link("site/chain2", to: "d/up")
        folder.link("site/mixed", to: "\(folder.path)/site/chain")
        folder.link("site/e", to: "d")
        folder.link("site/f", to: "\(folder.path)/site/d")
        folder.link("site/self", to: ".")
        try await serving(folder, at: "/site") { served async throws in
            for name in ["relative", "absolute", "d/up", "chain", "mixed", "self/self/a.txt", "e/up", "f/up"] {
                let answer = try served.get("/\(name)")
                #expect(answer.status == 200 && answer.text == "inside", "\(name)")
            }
            #expect(try served.get("/e/b.txt").text == "deep")
            #expect(try served.get("/f/b.txt").text == "deep")
            #expect(try served.get("/f/")["Content-Type"] == "text/html; charset=utf-8")
        }
    }

    @Test func aLinkToAHiddenFileIsHidden() async throws {
        let folder = TestFolder()
        folder.write("site/.env", "secret")
        folder.write("site/.git/config", "secret")
        folder.write("site/.well-known/a.txt", "public")
        folder.link("site/env", to: ".env")
        folder.link("site/config", to: ".git/config")
        folder.link("site/git", to: ".git")
        folder.link("site/known", to: ".well-known/a.txt")
        // That the root itself lies in a hidden folder hides nothing.
        folder.link(".top", to: "site")
        try await serving(folder, at: "/.top") { served async throws in
            for name in ["env", "config", "git", "git/", "git/config"] {
                #expect(try served.get("/\(name)").status == 404, "\(name)")
            }
            #expect(try served.get("/known").text == "public")
        }
    }

    @Test func linksThatLeadOutsideNameNothing() async throws {
        let folder = TestFolder()
        folder.write("secret.txt", "secret")
        folder.write("site-twin/secret.txt", "secret")
        folder.write("site/a.txt", "inside")
        folder.makeFolder("site/d")
        for (name, target) in [
            ("relative", "../secret.txt"), ("absolute", "\(folder.path)/secret.txt"), ("hop", "relative"),
            ("d/out", "../../secret.txt"), ("twin", "../site-twin/secret.txt"), ("etc", "/etc"), ("up", ".."),
            ("proc", "/proc/self/environ"), ("root", "/"), ("loop", "loop"), ("ping", "pong"), ("pong", "ping"),
            ("dangling", "nowhere"), ("fd", "/proc/self/fd"),
        ] {
            folder.link("site/\(name)", to: target)
        }
        try await serving(folder, at: "/site") { served async throws in
            for target in [
                "/relative", "/absolute", "/hop", "/d/out", "/twin", "/etc", "/etc/", "/etc/passwd", "/up", "/up/",
                "/up/secret.txt", "/proc", "/root/etc/passwd", "/loop", "/ping", "/dangling", "/fd/0",
            ] {
                let answer = try served.get(target)
                #expect(answer.status == 404 && !answer.text.contains("secret\n"), "\(target)")
            }
            #expect(try served.get("/up/site/a.txt").text == "inside", "where a way ends counts, not where it passes")
            let listing = try served.get("/?format=json").text
            #expect(listing.contains("\"name\":\"relative\",\"type\":\"other\""), "and it is not listed as a file")
            #expect(listing.contains("\"name\":\"etc\",\"type\":\"other\""))
        }
    }

    @Test func aLinkTurnedOutsideStopsAtOnce() async throws {
        let folder = TestFolder()
        folder.write("secret.txt", "secret")
        folder.write("site/a.txt", "inside")
        folder.link("site/link", to: "a.txt")
        try await serving(folder, at: "/site") { served async throws in
            try await served.settled("/link")
            folder.link("site/new", to: "../secret.txt")
            folder.move("site/new", to: "site/link")
            #expect(try served.get("/link").status == 404)
        }
    }

    @Test func whatIsNoFileNeverHolds() async throws {
        let folder = TestFolder()
        folder.makeFIFO("pipe")
        folder.makeFIFO("d.html")
        folder.link("zero", to: "/dev/zero")
        let socket = try BoundSocket(path: "\(folder.path)/socket")
        defer { withExtendedLifetime(socket) {} }
        try await serving(folder, { $0.cleanURLs = true }) { served async throws in
            for target in ["/pipe", "/socket", "/zero", "/d", "/pipe/"] {
                #expect(try served.get(target).status == 404, "\(target)")
            }
            let listing = try served.get("/?format=json").text
            #expect(listing.contains("\"name\":\"pipe\",\"type\":\"other\""))
            #expect(listing.contains("\"name\":\"socket\",\"type\":\"other\""))
            #expect(!(try served.get("/").text.contains("href=\"./pipe\"")))
        }
    }

    @Test func hiddenFilesAreNeitherServedNorListed() async throws {
        let folder = TestFolder()
        folder.write(".env", "secret")
        folder.write(".git/config", "secret")
        folder.write("d/.hidden", "secret")
        folder.write(".well-known/security.txt", "contact")
        folder.write(".well-known/.hidden", "secret")
        try await serving(folder) { served async throws in
            for target in ["/.env", "/.git/config", "/.git/", "/.git", "/d/.hidden", "/.well-known/.hidden", "/%2eenv"]
            {
                #expect(try served.get(target).status == 404, "\(target)")
            }
            #expect(try served.get("/.well-known/security.txt").text == "contact")
            let listing = try served.get("/?format=json").text
            #expect(!listing.contains(".env") && !listing.contains(".git") && listing.contains("\"name\":\"d\""))
        }
    }

    @Test func malformedPathsAreRefused() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "x")
        try await serving(folder) { served async throws in
            for target in ["/%00", "/%", "/../a.txt", "/%2e%2e/a.txt", "/%c0%ae%c0%ae/a.txt"] {
                #expect(try served.get(target).status == 400, "\(target)")
            }
            for target in ["/a%2Ftxt", "/%5ca.txt", "/a.txt/", "/a.txt/b", "/" + String(repeating: "x", count: 300)] {
                #expect(try served.get(target).status == 404, "\(target)")
            }
            #expect(try served.get("/" + String(repeating: "x/", count: 4000)).status == 404)
        }
    }

    @Test func aFolderWithoutItsSlashIsRedirected() async throws {
        let folder = TestFolder()
        folder.write("a b/c.txt", "x")
        folder.write("evil.example/x.txt", "x")
        try await serving(folder) { served async throws in
            for (target, location) in [
                ("/a%20b", "/a%20b/"), ("/a%20b?x=1&y=%2F", "/a%20b/?x=1&y=%2F"), ("/a%20b?", "/a%20b/?"),
                ("//evil.example", "/evil.example/"), ("///evil.example?q", "/evil.example/?q"),
                ("/a%20b/../evil.example", "/evil.example/"),
            ] {
                for method in ["GET", "HEAD"] {
                    let answer = try served.ask(method, target)
                    #expect(answer.status == 308 && answer["Location"] == location, "\(target)")
                    #expect(answer["Cache-Control"] == "no-cache")
                }
            }
            let raw = try RawClient(port: served.port)
            try raw.send(Array("GET /a%20b?q=".utf8) + [0xFF, 0xC3, 0xBC] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            #expect(try raw.answer()["Location"] == "/a%20b/?q=%FF%C3%BC", "bytes are kept, whatever they are")
            #expect(try served.ask("POST", "/a%20b").status == 405)
        }
    }

    @Test func theRootMayComeAndGo() async throws {
        let folder = TestFolder()
        folder.write("site/a.txt", "one")
        try await serving(folder, at: "/site") { served async throws in
            try await served.settled("/a.txt")
            folder.move("site", to: "gone")
            #expect(try served.get("/a.txt").status == 404)
            #expect(try served.get("/").status == 404)
            folder.write("site/a.txt", "two")
            #expect(try served.get("/a.txt").text == "two")
            folder.remove("site")
            folder.link("site", to: "gone")
            #expect(try served.get("/a.txt").text == "one", "the root itself may be a link")
            #expect(try served.get("/").status == 200)
            folder.write("next/a.txt", "next")
            folder.link("link", to: "next")
            folder.move("link", to: "site")
            #expect(try served.get("/a.txt").text == "next", "and may be turned to another folder")
        }
    }

    @Test func namesOfAnyKindAreFoundThroughTheListing() async throws {
        let folder = TestFolder()
        let names: [[UInt8]] =
            [
                "a b.txt", "line\nbreak", "tab\there", "100%.txt", "q?x=1", "#hash", "a:b", "javascript:alert(1)",
                "<script>.txt", "\"'&;", " leading", "trailing ", "grüße", "🌊", "exe\u{202E}cod", "a%41", "+", "~", "*",
            ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x63, 0xE9], [0x80], [0x1B, 0x5B], [0xED, 0xA0, 0x80]]
        for (index, name) in names.enumerated() { folder.write(Array("d d/".utf8) + name, Array("\(index)".utf8)) }
        try await serving(folder) { served async throws in
            let page = try served.get("/d%20d/").text
            let links = page.split(separator: "href=\"./").dropFirst().compactMap { $0.split(separator: "\"").first }
            let files = links.filter { !$0.hasPrefix("../") }
            #expect(files.count == names.count)
            var found: Set<String> = []
            for link in files {
                let answer = try served.get("/d%20d/\(link)")
                #expect(answer.status == 200, "\(link)")
                found.insert(answer.text)
            }
            #expect(found == Set(names.indices.map { "\($0)" }))
            let json = try served.get("/d%20d/", "Accept: application/json").text
            for url in json.split(separator: "\"url\":\"").dropFirst().compactMap({ $0.split(separator: "\"").first }) {
                #expect(try served.get(String(url)).status == 200, "\(url)")
            }
        }
    }
}
