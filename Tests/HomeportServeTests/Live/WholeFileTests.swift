import HomeportHTTP
import Testing

@Suite struct WholeFileTests {
    @Test func aFileIsAnsweredWithAllThatDescribesIt() async throws {
        let folder = TestFolder()
        folder.write("a b.txt", "hello")
        folder.setTime("a b.txt", 784_111_777)
        try await serving(folder) { served async throws in
            let answer = try served.get("/a%20b.txt")
            #expect(answer.status == 200 && answer.text == "hello")
            #expect(answer["Content-Length"] == "5")
            #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
            #expect(answer["Last-Modified"] == "Sun, 06 Nov 1994 08:49:37 GMT")
            #expect(answer["Accept-Ranges"] == "bytes")
            #expect(answer["Cache-Control"] == "no-cache")
            #expect(answer["Vary"] == "Accept-Encoding")
            #expect(answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Date"] != nil && answer["ETag"] != nil)
            #expect(answer["Server"] == nil && answer["Content-Encoding"] == nil)
        }
    }

    @Test func headAnswersWhatGetWouldWithoutItsBody() async throws {
        let folder = TestFolder()
        folder.write("small.txt", "hello")
        folder.write("large.bin", String(repeating: "x", count: 200_000))
        folder.write("d/e.txt", "")
        try await serving(folder) { served async throws in
            for target in ["/small.txt", "/large.bin", "/d/", "/d", "/missing", "/%00"] {
                let get = try served.get(target)
                let client = try RawClient(port: served.port)
                try client.ask("HEAD", target)
                let head = try client.answer(toHead: true)
                #expect(head.status == get.status)
                for name in ["Content-Length", "Content-Type", "ETag", "Last-Modified", "Location", "Vary"] {
                    #expect(head[name] == get[name], "\(name) of \(target)")
                }
                // The connection goes on, so nothing followed the head.
                try client.ask("GET", "/small.txt")
                #expect(try client.answer().text == "hello")
            }
        }
    }

    @Test func anEmptyFileIsAnAnswer() async throws {
        let folder = TestFolder()
        folder.write("empty.txt", "")
        try await serving(folder) { served async throws in
            let answer = try served.get("/empty.txt")
            #expect(answer.status == 200 && answer["Content-Length"] == "0")
            #expect(try served.get("/empty.txt", "Range: bytes=0-").status == 200)
            #expect(try served.get("/empty.txt", "Range: bytes=-5").status == 200)
        }
    }

    @Test func filesOfEverySizeAreWhole() async throws {
        let folder = TestFolder()
        let sizes = [1, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 3_000_000]
        for size in sizes {
            folder.write(Array("\(size).bin".utf8), (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        }
        try await serving(folder) { served async throws in
            for size in sizes {
                // Twice: once read, once kept.
                try await served.settled("/\(size).bin")
                let kept = try served.get("/\(size).bin")
                #expect(kept.body == folder.read("\(size).bin"))
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let folder = TestFolder()
        folder.write("large.bin", String(repeating: "x", count: 2_000_000))
        folder.write("small.txt", "hello")
        try await serving(folder) { served async throws in
            let client = try RawClient(port: served.port)
            let targets = ["/large.bin", "/small.txt", "/", "/missing", "/large.bin", "/small.txt"]
            for target in targets { try client.ask("GET", target) }
            let answers = try targets.map { _ in try client.answer() }
            #expect(answers.map(\.status) == [200, 200, 200, 404, 200, 200])
            #expect(answers[0].body.count == 2_000_000 && answers[4].body.count == 2_000_000)
            #expect(answers[1].text == "hello" && answers[5].text == "hello")
        }
    }

    @Test func anEditShowsOnTheNextRequest() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "one")
        folder.write("large.bin", String(repeating: "a", count: 100_000))
        try await serving(folder) { served async throws in
            let small = try await served.settled("/a.txt")
            let large = try await served.settled("/large.bin")
            // The same size, in place, and each time at once.
            for text in ["two", "six", "ten"] {
                folder.write("a.txt", text)
                let answer = try served.get("/a.txt", "If-None-Match: \(small["ETag"] ?? "")")
                #expect(answer.status == 200 && answer.text == text)
            }
            folder.write("large.bin", String(repeating: "b", count: 100_000))
            let answer = try served.get("/large.bin", "If-None-Match: \(large["ETag"] ?? "")")
            #expect(answer.status == 200 && answer.body.allSatisfy { $0 == 0x62 })
        }
    }

    @Test func anEditThatKeepsItsTimeShowsTooThoughOnlyTheKernelKnows() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "one")
        folder.setTime("a.txt", 1_000_000_000)
        try await serving(folder) { served async throws in
            let tag = try await served.settled("/a.txt")["ETag"] ?? ""
            folder.write("a.txt", "two")
            folder.setTime("a.txt", 1_000_000_000)
            let answer = try served.get("/a.txt", "If-None-Match: \(tag)")
            #expect(answer.status == 200 && answer.text == "two")
            let later = try await served.settled("/a.txt")
            #expect(later["ETag"] != tag)
        }
    }

    @Test func aFileReplacedByAnotherShows() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "one")
        try await serving(folder) { served async throws in
            try await served.settled("/a.txt")
            folder.write("b.txt", "two")
            folder.move("b.txt", to: "a.txt")
            #expect(try served.get("/a.txt").text == "two")
            folder.remove("a.txt")
            #expect(try served.get("/a.txt").status == 404)
            folder.makeFolder("a.txt")
            #expect(try served.get("/a.txt").status == 308)
        }
    }

    @Test func timesThatMeanNothingAreNotTold() async throws {
        let folder = TestFolder()
        for (name, time) in [("zero", 0), ("one", 1), ("before", -5), ("future", 253_402_300_800)] {
            folder.write(name, name)
            folder.setTime(name, time)
        }
        try await serving(folder) { served async throws in
            for name in ["zero", "one", "before"] {
                let answer = try served.get("/\(name)")
                #expect(answer.status == 200 && answer["Last-Modified"] == nil && answer["ETag"] != nil)
            }
            // Not in the future of Date, whatever the file says; and the listing survives it.
            let answer = try served.get("/future")
            let date = answer["Date"].flatMap { HTTPDate.parse($0, now: 0) }
            let modified = answer["Last-Modified"].flatMap { HTTPDate.parse($0, now: 0) }
            #expect(date != nil && modified != nil)
            if let date, let modified { #expect(modified <= date) }
            #expect(try served.get("/?format=json").text.contains("\"name\":\"future\",\"type\":\"file\""))
            #expect(try served.get("/").status == 200)
        }
    }

    @Test(.disabled(if: isPrivileged, "root reads files without permission, so nothing can be forbidden"))
    func aFileWithoutPermissionIsForbidden() async throws {
        let folder = TestFolder()
        folder.write("secret.txt", "x")
        folder.setPermissions("secret.txt", 0)
        try await serving(folder) { served async throws in
            let answer = try served.get("/secret.txt")
            #expect(answer.status == 403)
        }
    }

    /// A file that shrinks while it is sent cannot be completed, and the client must be able to tell.
    @Test func aFileThatShrinksEndsTheConnection() async throws {
        let folder = TestFolder()
        folder.makeSparse("big.bin", size: 64 << 20)
        try await serving(folder) { served async throws in
            let client = try RawClient(port: served.port)
            try client.ask("GET", "/big.bin")
            #expect(try client.head()["Content-Length"] == "\(64 << 20)")
            folder.makeSparse("big.bin", size: 0)
            var answer = 0
            while !(try client.isEnded()) { answer += client.takeAll() }
            #expect(answer < 64 << 20)
        }
    }
}
