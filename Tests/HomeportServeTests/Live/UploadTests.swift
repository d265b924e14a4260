import HomeportCore
import HomeportServe
import Testing

@Suite struct UploadTests {
    private func serving(
        _ folder: TestFolder,
        most: UInt64 = 100_000_000,
        at subfolder: String = "",
        _ body: (ServedFolder) async throws -> Void
    ) async throws {
        try await HomeportServeTests.serving(
            folder,
            at: subfolder,
            loops: 2,
            { plan in
                plan.upload = true
                plan.maxUpload = ByteCount(bytes: most)
            },
            body
        )
    }

    @Test func aNewFileIsCreated() async throws {
        let folder = TestFolder()
        folder.makeFolder("d e")
        try await serving(folder) { served async throws in
            let answer = try served.ask("PUT", "/d%20e/gr%C3%BC%C3%9Fe.txt", body: Array("hello".utf8))
            #expect(answer.status == 201 && answer["Location"] == "/d%20e/gr%C3%BC%C3%9Fe.txt")
            #expect(try served.get(answer["Location"] ?? "").text == "hello")
            #expect(folder.names(in: "d e") == ["grüße.txt"])
            #expect(folder.permissions("d e/grüße.txt") & 0o111 == 0)
            #expect(try served.ask("OPTIONS", "/")["Allow"] == "GET, HEAD, OPTIONS, PUT")
        }
    }

    @Test func aFileIsReplacedAtOnce() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        folder.setPermissions("a.txt", 0o640)
        try await serving(folder) { served async throws in
            try await served.settled("/a.txt")
            let client = try RawClient(port: served.port)
            try client.send("PUT /a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf")
            #expect(try await eventually { folder.names().count == 2 }, "the draft is there")
            #expect(try served.get("/a.txt").text == "old")
            #expect(!(try served.get("/?format=json").text.contains("upload")))
            try client.send("full")
            let answer = try client.answer()
            #expect(answer.status == 204 && answer["Content-Length"] == nil)
            #expect(try served.get("/a.txt").text == "halffull")
            #expect(folder.names() == ["a.txt"])
            #expect(folder.permissions("a.txt") == 0o640, "who may read it does not change")
        }
    }

    @Test func bodiesOfEveryShapeAreWhole() async throws {
        let folder = TestFolder()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try await serving(folder) { served async throws in
            let client = try RawClient(port: served.port)
            // On one connection, so that each has to leave it in order.
            try client.ask("PUT", "/large.bin", body: bytes)
            #expect(try client.answer().status == 201)
            try client.ask("PUT", "/none.bin")
            #expect(try client.answer().status == 201)
            try client.ask("PUT", "/zero.bin", ["Content-Length: 0"])
            #expect(try client.answer().status == 201)
            try client.ask("PUT", "/no-chunks.bin", ["Transfer-Encoding: chunked"])
            try client.send("0\r\n\r\n")
            #expect(try client.answer().status == 201)
            try client.ask("PUT", "/chunks.bin", ["Transfer-Encoding: chunked"])
            for start in stride(from: 0, to: 100_000, by: 10_000) {
                try client.send(Array("2710\r\n".utf8) + bytes[start..<start + 10_000] + Array("\r\n".utf8))
            }
            try client.send("0\r\n\r\n")
            #expect(try client.answer().status == 201)
            try client.ask("GET", "/none.bin")
            #expect(try client.answer().status == 200)
            #expect(folder.read("large.bin") == bytes)
            #expect(folder.read("chunks.bin") == Array(bytes[..<100_000]))
            for name in ["none.bin", "zero.bin", "no-chunks.bin"] { #expect(folder.read(name) == []) }
        }
    }

    @Test func theClientIsToldToGoOn() async throws {
        let folder = TestFolder()
        try await serving(folder, most: 10) { served async throws in
            let client = try RawClient(port: served.port)
            try client.ask("PUT", "/a.txt", ["Content-Length: 5", "Expect: 100-continue"])
            #expect(try client.head().status == 100)
            try client.send("hello")
            #expect(try client.answer().status == 201)
            let refused = try RawClient(port: served.port)
            try refused.ask("PUT", "/b.txt", ["Content-Length: 11", "Expect: 100-continue"])
            #expect(try refused.head().status == 413, "without having asked for the body")
        }
    }

    @Test func moreThanIsAllowedIsRefused() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        try await serving(folder, most: 10_000) { served async throws in
            #expect(try served.ask("PUT", "/a.txt", body: Array(repeating: 0x78, count: 10_001)).status == 413)
            let chunked = try RawClient(port: served.port)
            try chunked.ask("PUT", "/a.txt", ["Transfer-Encoding: chunked"])
            // More than a server reads for politeness: the answer has to arrive nevertheless.
            for _ in 0..<400 { try? chunked.send("400\r\n" + String(repeating: "x", count: 1024) + "\r\n") }
            #expect(try chunked.answer().status == 413)
            #expect(folder.text("a.txt") == "old")
            #expect(try await eventually { folder.names() == ["a.txt"] })
            #expect(try served.ask("PUT", "/b.txt", body: Array(repeating: 0x78, count: 10_000)).status == 201)
        }
    }

    @Test func whatBreaksOffLeavesNothing() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        try await serving(folder) { served async throws in
            for head in ["Content-Length: 100000", "Transfer-Encoding: chunked"] {
                for goes in [true, false] {
                    var client: RawClient? = try RawClient(port: served.port)
                    try client?.ask("PUT", "/a.txt", [head])
                    try client?.send("5\r\nhello\r\n")
                    #expect(try await eventually { folder.names().count == 2 })
                    if goes { client = nil } else { client?.finish() }
                    #expect(try await eventually { folder.names() == ["a.txt"] })
                    withExtendedLifetime(client) {}
                }
            }
            let broken = try RawClient(port: served.port)
            try broken.ask("PUT", "/a.txt", ["Transfer-Encoding: chunked"])
            try broken.send("5\r\nhello\r\nnonsense\r\n")
            #expect(try broken.answer().status == 400)
            #expect(try await eventually { folder.names() == ["a.txt"] })
            #expect(folder.text("a.txt") == "old")
        }
    }

    @Test func aFullDiskIsToldAndLeavesNothing() async throws {
        let folder = TestFolder()
        folder.makeFolder("small")
        guard SmallDisk.mount(at: "\(folder.path)/small", bytes: 64 << 10) else {
            return print("skipped: a small file system cannot be mounted here, so none can be full")
        }
        defer { SmallDisk.unmount("\(folder.path)/small") }
        folder.write("small/a.txt", "old")
        try await serving(folder, at: "/small") { served async throws in
            let answer = try served.ask("PUT", "/a.txt", body: Array(repeating: 0x78, count: 200_000))
            #expect(answer.status == 507)
            #expect(try await eventually { folder.names(in: "small") == ["a.txt"] })
            #expect(try served.get("/a.txt").text == "old")
            #expect(try served.ask("PUT", "/a.txt", body: Array("new".utf8)).status == 204)
        }
    }

    @Test func nothingIsWrittenWhereNothingIsServed() async throws {
        let folder = TestFolder()
        folder.write("secret.txt", "secret")
        folder.write("out/x.txt", "x")
        folder.write("site/a.txt", "a")
        folder.write("site/d/b.txt", "b")
        folder.link("site/away", to: "../out")
        folder.link("site/leak", to: "../secret.txt")
        folder.link("site/in", to: "d")
        folder.makeFIFO("site/pipe")
        try await serving(folder, at: "/site") { served async throws in
            let before = folder.names(in: "site")
            for (target, statuses) in [
                ("/../up.txt", [400]), ("/%00", [400]), ("/..%2fup.txt", [403, 404]), ("/.env", [403, 404]),
                ("/d/.x", [403, 404]), ("/.homeport/live", [403, 404]), ("/.git/hooks/x", [403, 404]),
                ("/", [409]), ("/d", [409]), ("/d/", [409]), ("/new/", [409]), ("/in", [409]), ("/none/up.txt", [409]),
                ("/a.txt/up.txt", [409]), ("/pipe", [409]), ("/away/up.txt", [403, 404, 409]),
                ("/away/x.txt", [403, 404, 409]),
                ("/" + String(repeating: "x", count: 300), [400, 403, 404, 409, 414]),
            ] {
                let answer = try served.ask("PUT", target, body: Array("evil".utf8))
                #expect(statuses.contains(answer.status), "\(target): \(answer.status)")
            }
            #expect(try await eventually { folder.names(in: "site") == before })
            #expect(folder.names(in: "out") == ["x.txt"] && folder.text("out/x.txt") == "x")
            #expect(folder.text("site/d/b.txt") == "b")
            // A link that has the name is replaced, never written through.
            #expect(try served.ask("PUT", "/leak", body: Array("mine".utf8)).status == 201)
            #expect(folder.text("secret.txt") == "secret" && folder.text("site/leak") == "mine")
            #expect(!folder.isLink("site/leak"))
            // Through a link that stays inside, the file is where it would be read.
            #expect(try served.ask("PUT", "/in/c.txt", body: Array("c".utf8)).status == 201)
            #expect(folder.text("site/d/c.txt") == "c")
        }
    }

    @Test func aPartIsNotTakenForTheWhole() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        try await serving(folder) { served async throws in
            let answer = try served.ask("PUT", "/a.txt", ["Content-Range: bytes 0-2/9"], body: Array("new".utf8))
            #expect(answer.status == 400 && folder.text("a.txt") == "old")
        }
    }

    @Test func conditionsAreKept() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        folder.setTime("a.txt", 0)
        try await serving(folder) { served async throws in
            func put(_ target: String, _ condition: String, _ text: String = "new") throws -> Int {
                try served.ask("PUT", target, [condition], body: Array(text.utf8)).status
            }
            #expect(try put("/a.txt", "If-None-Match: *") == 412)
            #expect(try put("/a.txt", "If-Match: \"other\"") == 412)
            #expect(try put("/new.txt", "If-Match: *") == 412)
            #expect(try put("/new.txt", "If-Match: \"x\"") == 412)
            #expect(folder.names() == ["a.txt"] && folder.text("a.txt") == "old")
            #expect(
                try put("/a.txt", "If-Unmodified-Since: Thu, 01 Jan 1960 00:00:00 GMT") == 204,
                "a time that means nothing is no condition"
            )
            let tag = try await served.settled("/a.txt")["ETag"] ?? ""
            #expect(try put("/a.txt", "If-Match: \(tag)", "newer") == 204)
            #expect(try put("/a.txt", "If-Match: \(tag)", "lost") == 412)
            #expect(folder.text("a.txt") == "newer")
            #expect(try put("/new.txt", "If-None-Match: *", "first") == 201)
            #expect(try put("/new.txt", "If-None-Match: *", "second") == 412)
            #expect(folder.text("new.txt") == "first" && folder.names() == ["a.txt", "new.txt"])
        }
    }

    /// Two that read the same version and write it back: the second must learn that the first was there.
    @Test func whatChangesMeanwhileFailsTheCondition() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "old")
        try await serving(folder) { served async throws in
            let tag = try await served.settled("/a.txt")["ETag"] ?? ""
            for (target, condition, winner) in [
                ("/a.txt", "If-Match: \(tag)", 204), ("/b.txt", "If-None-Match: *", 201),
                ("/c.txt", "If-None-Match: \"x\"", 201),
            ] {
                let clients = try (0..<4).map { _ in try RawClient(port: served.port) }
                for client in clients {
                    try client.send("PUT \(target) HTTP/1.1\r\nHost: a\r\n\(condition)\r\nContent-Length: 4\r\n\r\nhal")
                }
                let present = target == "/a.txt" ? 1 : 0
                #expect(
                    try await eventually { folder.names().count { $0.hasPrefix(".") } == 4 },
                    "\(present)"
                )
                for client in clients { try client.send("f") }
                let statuses = try clients.map { try $0.answer().status }.sorted()
                #expect(statuses == [winner, 412, 412, 412], "\(target)")
            }
        }
    }

    @Test func uploadsOfOneNameNeverMix() async throws {
        let folder = TestFolder()
        try await serving(folder) { served async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for letter in UInt8(ascii: "a")..<UInt8(ascii: "i") {
                    group.addTask {
                        try served.ask("PUT", "/a.bin", body: Array(repeating: letter, count: 400_000)).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 201 || $0 == 204 } && statuses.count { $0 == 201 } == 1)
            let bytes = folder.read("a.bin") ?? []
            #expect(bytes.count == 400_000 && Set(bytes).count == 1)
            #expect(folder.names() == ["a.bin"])
        }
    }

    @Test func aListingOffersItOnlyWhereItWorks() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "a")
        try await serving(folder) { served async throws in
            let page = try served.get("/").text
            #expect(page.contains("type=\"file\"") && page.contains("connect-src 'self'"))
            // Without a script, what would do nothing is not shown.
            let tools = page.split(separator: "<div class=\"tools js\">").last ?? ""
            #expect(tools.split(separator: "</div>").first?.contains("type=\"file\"") == true)
        }
    }
}
