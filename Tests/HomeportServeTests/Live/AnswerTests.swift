import HomeportCore
import HomeportServe
import Testing

/// Indexes, fallbacks, listings and what every answer says.
@Suite struct AnswerTests {
    @Test func theFirstIndexThatIsAFileAnswers() async throws {
        let folder = TestFolder()
        folder.write("index.htm", "second")
        folder.write("d/index.html", "first")
        folder.write("d/index.htm", "second")
        try await serving(folder) { served async throws in
            #expect(try served.get("/").text == "second")
            #expect(try served.get("/d/").text == "first")
            #expect(try served.get("/d/")["Content-Type"] == "text/html; charset=utf-8")
            try await served.settled("/")
            folder.write("index.html", "now first")
            #expect(try served.get("/").text == "now first")
            folder.remove("index.html")
            #expect(try served.get("/").text == "second")
            folder.makeFolder("index.html")
            #expect(try served.get("/").text == "second", "a folder is no index")
            folder.remove("index.htm")
            #expect(try served.get("/").text.contains("href=\"./index.html/\""), "and without one, it is listed")
        }
    }

    @Test func withoutListingAFolderIsNothing() async throws {
        let folder = TestFolder()
        folder.write("d/a.txt", "x")
        try await serving(folder, { $0.listing = false }) { served async throws in
            #expect(try served.get("/d/").status == 404)
            #expect(try served.get("/d").status == 308)
            #expect(try served.get("/d/a.txt").status == 200)
        }
    }

    @Test func cleanURLsFindPages() async throws {
        let folder = TestFolder()
        folder.write("about.html", "about")
        folder.write("d/more.html", "more")
        folder.write("both.html", "page")
        folder.write("both/index.html", "folder")
        try await serving(folder, { $0.cleanURLs = true }) { served async throws in
            #expect(try served.get("/about").text == "about")
            #expect(try served.get("/about")["Content-Type"] == "text/html; charset=utf-8")
            #expect(try served.get("/about.html").text == "about")
            #expect(try served.get("/d/more").text == "more")
            #expect(try served.get("/about/").status == 404)
            #expect(try served.get("/both").status == 308)
            #expect(try served.get("/none").status == 404)
            try await served.settled("/about")
            folder.write("about", "the file itself")
            #expect(try served.get("/about").text == "the file itself")
            folder.remove("about")
            #expect(try served.get("/about").text == "about")
        }
        try await serving(folder) { served async throws in
            let answer = try served.get("/about")
            #expect(answer.status == 404)
        }
    }

    @Test func anApplicationAnswersForItsPagesOnly() async throws {
        let folder = TestFolder()
        folder.write("index.html", "application")
        folder.write("real.html", "real")
        folder.write("d/a.txt", "x")
        let change: (inout FolderPlan) -> Void = { plan in
            plan.spa = true
            plan.cleanURLs = true
            plan.listing = false
            plan.cache = "max-age=600"
        }
        try await serving(folder, change) { served async throws in
            let page = ["Accept: text/html,*/*;q=0.8"]
            for target in ["/users/5", "/users/", "/a/b/c", "/d/"] {
                let answer = try served.ask("GET", target, page)
                #expect(answer.status == 200 && answer.text == "application", "\(target)")
                #expect(answer["Cache-Control"] == "no-cache", "it may be another page tomorrow")
                #expect(answer["Vary"]?.contains("Sec-Fetch-Mode") == true)
                #expect(try served.ask("HEAD", target, page)["Content-Length"] == "11")
            }
            #expect(try served.get("/users/5", "Sec-Fetch-Mode: navigate").text == "application")
            // What is no navigation, or looks like a file, stays missing — also after the page was kept.
            try await served.settled("/users/5", page[0])
            #expect(try served.get("/users/5").status == 404)
            #expect(try served.get("/users/5", "Accept: application/json").status == 404)
            #expect(try served.get("/users/5", "Accept: text/html", "Sec-Fetch-Mode: cors").status == 404)
            #expect(try served.ask("GET", "/assets/app.js", page).status == 404)
            #expect(try served.ask("GET", "/v1.2", page).status == 404)
            #expect(try served.ask("POST", "/users/5", page).status == 405)
            // Files come first, and an edit shows.
            #expect(try served.ask("GET", "/real", page).text == "real")
            #expect(try served.get("/real")["Cache-Control"] == "max-age=600")
            folder.write("users.html", "no longer the application")
            #expect(try served.ask("GET", "/users", page).text == "no longer the application")
            folder.write("index.html", "edited")
            #expect(try served.ask("GET", "/users/5", page).text == "edited")
            let tag = try await served.settled("/users/5", page[0])["ETag"] ?? ""
            #expect(try served.ask("GET", "/users/5", page + ["If-None-Match: \(tag)"]).status == 304)
        }
    }

    @Test func aListingIsAPageOrJSON() async throws {
        let folder = TestFolder()
        folder.write("b.txt", "12345")
        folder.setTime("b.txt", 1_741_536_300)
        folder.write("d/a.txt", "x")
        folder.link("link", to: "b.txt")
        try await serving(folder) { served async throws in
            let page = try served.get("/", "Accept: text/html")
            #expect(page["Content-Type"] == "text/html; charset=utf-8" && page["Cache-Control"] == "no-store")
            #expect(page["Vary"] == "Accept" && page["X-Content-Type-Options"] == "nosniff" && page["ETag"] == nil)
            #expect(page.text.contains("href=\"./b.txt\"") && page.text.contains("href=\"./d/\""))
            #expect(!page.text.contains("connect-src") && !page.text.contains("type=\"file\""))
            let json = try served.get("/", "Accept: application/json")
            #expect(json["Content-Type"] == "application/json; charset=utf-8" && json["Vary"] == "Accept")
            #expect(
                json.text.contains(
                    "{\"name\":\"b.txt\",\"type\":\"file\",\"size\":5,\"mtime\":\"2025-03-09T16:05:00Z\","
                        + "\"url\":\"/b.txt\",\"symlink\":false}"
                )
            )
            #expect(json.text.contains("\"name\":\"link\",\"type\":\"file\",\"size\":5"))
            #expect(json.text.contains("\"symlink\":true"))
            let names = try served.get("/?sort=size&order=desc&format=json").text.split(separator: "\"name\":\"")
                .dropFirst().compactMap { $0.split(separator: "\"").first }
            #expect(names == ["d", "b.txt", "link"])
        }
    }

    @Test func whatEveryAnswerSaysIsSaidOnce() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "x")
        folder.makeFolder("d")
        let change: (inout FolderPlan) -> Void = { plan in
            plan.cors = .init(origin: "http://app.localhost:62893")
            plan.cache = "max-age=60"
            plan.headers = [
                .init(name: "X-Robots-Tag", value: "noindex"), .init(name: "x-content-type-options", value: "nosniff"),
                .init(name: "Bad\r\nName", value: "x"), .init(name: "Injected", value: "a\r\nb: c"),
            ]
        }
        try await serving(folder, change) { served async throws in
            for target in ["/a.txt", "/d", "/d/", "/missing", "/?format=json"] {
                let answer = try served.get(target)
                #expect(answer["X-Robots-Tag"] == "noindex", "\(target)")
                #expect(answer["Access-Control-Allow-Origin"] == "http://app.localhost:62893")
                #expect(answer["Injected"] == nil && answer["b"] == nil)
                if answer.status == 200 { #expect(answer["X-Content-Type-Options"] == "nosniff") }
            }
            #expect(try served.get("/a.txt")["Cache-Control"] == "max-age=60")
            let part = try served.get("/a.txt", "Range: bytes=0-0")
            #expect(part.status == 206 && part["Access-Control-Allow-Origin"] != nil && part["X-Robots-Tag"] != nil)
        }
    }

    @Test func aPreflightIsAnswered() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "x")
        let asked = ["Origin: http://a.example", "Access-Control-Request-Method: GET"]
        try await serving(folder, { $0.cors = .init(origin: "*") }) { served async throws in
            let answer = try served.ask("OPTIONS", "/a.txt", asked)
            #expect(answer.status == 204 && answer["Access-Control-Allow-Origin"] == "*")
            #expect(answer["Access-Control-Allow-Methods"] == "GET, HEAD")
            #expect(answer["Access-Control-Allow-Headers"] == "*, Authorization")
            #expect(answer["Allow"] == "GET, HEAD, OPTIONS" && answer["Content-Length"] == nil)
            #expect(try served.get("/a.txt", "Origin: http://a.example")["Access-Control-Allow-Origin"] == "*")
            #expect(try served.get("/a.txt")["Access-Control-Expose-Headers"]?.contains("ETag") == true)
        }
        try await serving(folder) { served async throws in
            let answer = try served.ask("OPTIONS", "/a.txt", asked)
            #expect(answer.status == 204 && answer["Access-Control-Allow-Origin"] == nil)
            #expect(try served.ask("OPTIONS", "*")["Allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test func otherMethodsAreRefused() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "x")
        try await serving(folder) { served async throws in
            for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
                let answer = try served.ask(method, "/a.txt")
                #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD, OPTIONS", "\(method)")
            }
            #expect(try served.ask("BREW", "/a.txt").status == 501)
            #expect(folder.text("a.txt") == "x")
        }
    }

    @Test func aFolderOfManyIsCutAfterSorting() async throws {
        let folder = TestFolder()
        for number in 0..<10_001 { folder.write("f\(number)", number == 10_000 ? "the largest" : "") }
        try await serving(folder) { served async throws in
            let page = try served.get("/?sort=size&order=desc").text
            #expect(page.contains("href=\"./f10000\"") && page.contains("data-partial"))
            #expect(page.split(separator: "<tr class=\"bin\"").count == 10_001)
            let json = try served.get("/?format=json").text
            #expect(json.hasSuffix("\"truncated\":false}\n") && json.split(separator: "\"name\":").count == 10_002)
        }
    }
}
