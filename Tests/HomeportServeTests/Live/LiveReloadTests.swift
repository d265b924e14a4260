import HomeportNet
import NIOCore
import Testing

@testable import HomeportServe

@Suite struct LiveReloadTests {
    private static let script = "<script src=\"/.homeport/live.js\" async></script>"

    /// A page that listens.
    private final class Page {
        private let client: RawClient

        init(_ served: ServedFolder) throws {
            client = try RawClient(port: served.port)
            try client.ask("GET", "/.homeport/live")
            let head = try client.head()
            guard head.status == 200, head["Content-Type"] == "text/event-stream" else {
                throw RawClient.Failure(description: "no event stream: \(head)")
            }
        }

        /// The next event's name; nil when the stream ends.
        func event() throws -> String? {
            while let chunk = try client.chunk() {
                let text = String(decoding: chunk, as: UTF8.self)
                guard text.hasPrefix("event: ") else { continue }
                return String(text.dropFirst(7).prefix { $0 != "\n" })
            }
            return nil
        }

        func comment() throws -> String? { try client.chunk().map { String(decoding: $0, as: UTF8.self) } }
    }

    private func serving(
        _ folder: TestFolder,
        at subfolder: String = "",
        _ body: (ServedFolder) async throws -> Void
    ) async throws {
        try await HomeportServeTests.serving(folder, at: subfolder, loops: 2, { $0.live = true }, body)
    }

    @Test func aPageGetsTheScriptAndStaysConsistent() async throws {
        let folder = TestFolder()
        folder.write("a.html", "<body>hello</body>")
        folder.write("a.html.gz", "never sent")
        folder.write("plain.txt", "</body>")
        folder.write("fragment.html", "no end")
        try await serving(folder) { served async throws in
            let page = "<body>hello\(Self.script)</body>"
            let answer = try served.get("/a.html", "Accept-Encoding: gzip")
            #expect(answer.text == page && answer["Content-Encoding"] == nil && answer["Vary"] == nil)
            #expect(answer["Content-Length"] == "\(page.utf8.count)" && answer["Accept-Ranges"] == "none")
            #expect(try served.ask("HEAD", "/a.html")["Content-Length"] == "\(page.utf8.count)")
            #expect(try served.get("/fragment.html").text == "no end" + Self.script)
            #expect(try served.get("/plain.txt").text == "</body>")
            let part = try served.get("/a.html", "Range: bytes=0-3")
            #expect(part.status == 200 && part.text == page)
            #expect(try served.get("/plain.txt", "Range: bytes=0-3").status == 206)
            let tag = try await served.settled("/a.html")["ETag"] ?? ""
            #expect(tag.contains("live"))
            #expect(try served.get("/a.html", "If-None-Match: \(tag)").status == 304)
            #expect(try served.get("/a.html").text == page, "and when it is kept")
            let listing = try served.get("/").text
            #expect(listing.contains(Self.script) && listing.contains("connect-src 'self'"))
        }
    }

    @Test func aPageThatIsDataStaysAsItIs() async throws {
        let folder = TestFolder()
        folder.write(Array("utf16.html".utf8), [0xFF, 0xFE, 0x61, 0x00])
        folder.makeSparse("huge.html", size: 5 << 20)
        try await serving(folder) { served async throws in
            #expect(try served.get("/utf16.html").body == [0xFF, 0xFE, 0x61, 0x00])
            #expect(try served.ask("HEAD", "/huge.html")["Content-Length"] == "\(5 << 20)")
            #expect(try served.get("/huge.html", "Range: bytes=0-0").status == 206)
        }
    }

    @Test func theScriptIsServedAndHidesNothing() async throws {
        let folder = TestFolder()
        folder.write(".homeport/secret", "secret")
        try await serving(folder) { served async throws in
            let answer = try served.get("/.homeport/live.js")
            #expect(answer.status == 200 && answer["Content-Type"] == "text/javascript; charset=utf-8")
            #expect(answer.text.contains("EventSource"))
            #expect(try served.ask("HEAD", "/.homeport/live.js")["Content-Length"] == answer["Content-Length"])
            #expect(try served.ask("HEAD", "/.homeport/live")["Content-Type"] == "text/event-stream")
            for target in ["/.homeport", "/.homeport/", "/.homeport/secret", "/.homeport/live/"] {
                #expect(try served.get(target).status == 404, "\(target)")
            }
        }
        try await HomeportServeTests.serving(folder) { served async throws in
            #expect(try served.get("/.homeport/live.js").status == 404)
            #expect(try served.get("/.homeport/live").status == 404)
        }
    }

    @Test func aChangeIsTold() async throws {
        let folder = TestFolder()
        folder.write("index.html", "one")
        folder.write("site.css", "one")
        folder.makeFolder("d")
        try await serving(folder) { served async throws in
            let page = try Page(served)
            folder.write("index.html", "two")
            #expect(try page.event() == "page")
            folder.write("site.css", "two")
            #expect(try page.event() == "styles")
            folder.write("d/deep.css", "two")
            #expect(try page.event() == "styles")
            folder.move("d/deep.css", to: "d/moved.css")
            #expect(try page.event() == "styles")
            folder.remove("index.html")
            #expect(try page.event() == "page")
            // Many at once, and what no page shows: one event for the one, none for the other.
            folder.write(".hidden", "x")
            folder.write("backup~", "x")
            for number in 0..<50 { folder.write("d/\(number).css", "x") }
            #expect(try page.event() == "styles")
        }
    }

    @Test func newFoldersAreWatchedToo() async throws {
        let folder = TestFolder()
        try await serving(folder) { served async throws in
            let page = try Page(served)
            folder.makeFolder("new")
            #expect(try page.event() == "page")
            #expect(try isWatched("new/a.css", in: folder, by: page))
            folder.write("deep/er/and/deeper/a.html", "x")
            #expect(try page.event() == "page")
            #expect(try isWatched("deep/er/and/deeper/a.css", in: folder, by: page))
            folder.move("deep/er", to: "moved")
            #expect(try page.event() == "page")
            #expect(try isWatched("moved/and/deeper/a.css", in: folder, by: page))
        }
    }

    /// An event is as long as its file's name, and a read without room for it fails.
    @Test func longNamesAfterShortOnesAreTold() async throws {
        let folder = TestFolder()
        try await serving(folder) { served async throws in
            let page = try Page(served)
            for number in 0..<8 {
                folder.write("\(number).css", "x")
                #expect(try page.event() == "styles")
            }
            folder.write(String(repeating: "n", count: 250) + ".css", "x")
            #expect(try page.event() == "styles")
        }
    }

    @Test func aFolderThatLeftIsNoLongerWatched() async throws {
        let folder = TestFolder()
        folder.write("site/d/e/a.html", "x")
        try await serving(folder, at: "/site") { served async throws in
            let page = try Page(served)
            folder.move("site/d", to: "d")
            #expect(try page.event() == "page")
            folder.write("d/e/a.html", "y")
            folder.write("site/b.css", "x")
            #expect(try page.event() == "styles", "and not page")
        }
    }

    @Test func theRootMayComeAndGo() async throws {
        let folder = TestFolder()
        try await serving(folder, at: "/site") { served async throws in
            let page = try Page(served)
            folder.makeFolder("site")
            #expect(try page.event() == "page")
            #expect(try isWatched("site/a.css", in: folder, by: page))
            folder.remove("site")
            #expect(try page.event() == "page")
            folder.write("site/d/a.css", "x")
            #expect(try page.event() == "page")
            #expect(try isWatched("site/d/a.css", in: folder, by: page))
            folder.write("other/a.html", "x")
            folder.move("site", to: "gone")
            folder.move("other", to: "site")
            #expect(try page.event() == "page")
            #expect(try isWatched("site/b.css", in: folder, by: page))
        }
    }

    @Test func aRootThatIsALinkMayBeTurned() async throws {
        let folder = TestFolder()
        folder.write("one/a.html", "one")
        folder.write("two/a.html", "two")
        folder.link("site", to: "one")
        try await serving(folder, at: "/site") { served async throws in
            let page = try Page(served)
            folder.link("next", to: "two")
            folder.move("next", to: "site")
            #expect(try page.event() == "page")
            #expect(try isWatched("two/a.css", in: folder, by: page))
            folder.write("one/a.html", "no longer served")
            folder.write("two/a.css", "y")
            #expect(try page.event() == "styles")
        }
    }

    /// Whether a change of a style sheet is told, once what was told of the folder's own change is over: that may come in
    /// one event or in two.
    private func isWatched(_ sheet: String, in folder: TestFolder, by page: Page) throws -> Bool {
        for attempt in 0..<10 {
            folder.write(sheet, "\(attempt)")
            if try page.event() == "styles" { return true }
        }
        return false
    }

    @Test func whoMayHaveMissedAChangeCanAsk() async throws {
        let folder = TestFolder()
        folder.write("a.html", "one")
        try await serving(folder) { served async throws in
            let page = try Page(served)
            func status(_ query: String) throws -> Int { try served.ask("HEAD", "/.homeport/live\(query)").status }
            #expect(try status("?age=3600000") == 205, "fetched from an earlier server: nobody knows")
            #expect(try status("?age=0") == 200)
            folder.write("a.html", "two")
            #expect(try page.event() == "page")
            #expect(try status("?age=3600000") == 205)
            #expect(try status("?age=0") == 200)
            #expect(try await eventually { try status("?age=20") == 200 }, "the change is older than the page by now")
            for query in ["", "?", "?age=", "?age=-1", "?age=99999999999999999999", "?x"] {
                #expect(try status(query) == 200, "\(query)")
            }
        }
    }

    @Test func stoppingEndsTheStreamsAndLetsNoneBegin() async throws {
        let folder = TestFolder()
        try await serving(folder) { served async throws in
            let pages = try (0..<4).map { _ in try Page(served) }
            await served.live?.stop()
            for page in pages { #expect(try page.event() == nil) }
            #expect(try served.get("/.homeport/live").status == 503)
            #expect(await served.listener.stop(within: .seconds(10)) == 0, "none had to be cut off")
        }
    }

    @Test func aPulseKeepsTheStreamAlive() async throws {
        let folder = TestFolder()
        try await HomeportServeTests.serving(folder, pulse: .milliseconds(20), { $0.live = true }) {
            served async throws in
            let page = try Page(served)
            #expect(try page.comment() == ": listening\n\n")
            for _ in 0..<3 { #expect(try page.comment() == ": still here\n\n") }
        }
    }

    @Test func pagesAreBoundedInNumberAndCountedDownWhenTheyGo() async throws {
        let folder = TestFolder()
        try await HomeportServeTests.serving(folder, loops: 1, { $0.live = true }) { served async throws in
            var pages = try (0..<256).map { _ in try Page(served) }
            #expect(try served.get("/.homeport/live").status == 503)
            #expect(try served.get("/").status == 200, "others are served nevertheless")
            pages.removeAll()
            // Noticed when something is written to those that went.
            let comesBack = try await eventually {
                folder.write("a.css", "x")
                return (try? Page(served)) != nil
            }
            #expect(comesBack)
        }
    }
}
