import HomeportServe
import Testing

@Suite struct ConditionalTests {
    @Test func aKnownTagSavesTheBody() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "hello")
        try await serving(folder, { $0.cors = .init(origin: "*") }) { served async throws in
            let whole = try await served.settled("/a.txt")
            let tag = whole["ETag"] ?? ""
            for condition in ["If-None-Match: \(tag)", "If-None-Match: \"x\", W/\(tag)", "If-None-Match: *"] {
                for method in ["GET", "HEAD"] {
                    let answer = try served.ask(method, "/a.txt", [condition])
                    #expect(answer.status == 304 && answer.body.isEmpty)
                    for name in [
                        "ETag", "Last-Modified", "Cache-Control", "Vary", "X-Content-Type-Options",
                        "Access-Control-Allow-Origin",
                    ] {
                        #expect(answer[name] == whole[name], "\(name)")
                    }
                    #expect(answer["Content-Length"] == nil && answer["Content-Type"] == nil && answer["Date"] != nil)
                }
            }
            #expect(try served.get("/a.txt", "If-None-Match: \"other\"").status == 200)
        }
    }

    @Test func aKnownDateSavesTheBody() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "hello")
        folder.setTime("a.txt", 784_111_777, nanoseconds: 999_999_999)
        try await serving(folder) { served async throws in
            let same = "Sun, 06 Nov 1994 08:49:37 GMT"
            #expect(try served.get("/a.txt", "If-Modified-Since: \(same)").status == 304)
            #expect(try served.get("/a.txt", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT").status == 200)
            #expect(try served.get("/a.txt", "If-Unmodified-Since: \(same)").status == 200)
            let failed = try served.get("/a.txt", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT")
            #expect(failed.status == 412 && failed["ETag"] != nil && failed.body.isEmpty)
        }
    }

    @Test func aTagIsWeakWhileTheFileIsYoung() async throws {
        let folder = TestFolder()
        folder.write("a.txt", "hello")
        folder.setTime("a.txt", 784_111_777)
        try await serving(folder) { served async throws in
            let young = try await served.young("a.txt", "If-Match: *")
            #expect(young.status == 200)
            let weak = try await served.young("a.txt", "If-Match: \(young["ETag"] ?? "")")
            #expect(weak.status == 412, "a weak tag never matches strongly")
            let settled = try await served.settled("/a.txt")["ETag"] ?? ""
            #expect(try served.get("/a.txt", "If-Match: \(settled)").status == 200)
            #expect(try served.get("/a.txt", "If-Match: W/\(settled)").status == 412)
            #expect(try served.get("/a.txt", "If-None-Match: W/\(settled)").status == 304)
        }
    }

    @Test func onlyWhatIsThereHasConditions() async throws {
        let folder = TestFolder()
        folder.write("d/a.txt", "hello")
        try await serving(folder) { served async throws in
            for condition in [
                "If-Match: \"x\"", "If-None-Match: *", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
            ] {
                #expect(try served.get("/missing", condition).status == 404)
                #expect(try served.get("/d", condition).status == 308)
                #expect(try served.get("/d/", condition).status == 200)
            }
        }
    }
}
