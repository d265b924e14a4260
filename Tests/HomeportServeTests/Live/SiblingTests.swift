import Testing

@Suite struct SiblingTests {
    private func folder() -> TestFolder {
        let folder = TestFolder()
        folder.write("app.js", "plain plain plain")
        folder.write("app.js.gz", "gzipped!")
        folder.write("app.js.br", "brotli")
        folder.write("app.js.zst", "zstd is here")
        folder.write("alone.js", "alone")
        folder.write("bundle.tar.gz", "tar")
        return folder
    }

    @Test func theBestThatTheClientTakesIsSent() async throws {
        try await serving(folder()) { served async throws in
            for (accepted, coding, body) in [
                ("gzip, deflate, br, zstd", "br", "brotli"), ("gzip, zstd", "zstd", "zstd is here"),
                ("gzip", "gzip", "gzipped!"), ("br;q=0.5, gzip", "gzip", "gzipped!"), ("*", "br", "brotli"),
                ("identity;q=0, gzip", "gzip", "gzipped!"),
            ] {
                let answer = try served.get("/app.js", "Accept-Encoding: \(accepted)")
                #expect(answer.status == 200 && answer["Content-Encoding"] == coding && answer.text == body)
                #expect(answer["Content-Length"] == "\(body.utf8.count)")
                #expect(answer["Content-Type"] == "text/javascript; charset=utf-8")
                #expect(answer["Vary"] == "Accept-Encoding")
            }
            for accepted in ["identity", "deflate", "gzip;q=0, br;q=0", "identity, *;q=0.5", ""] {
                let answer = try served.get("/app.js", "Accept-Encoding: \(accepted)")
                #expect(answer["Content-Encoding"] == nil && answer.text == "plain plain plain")
                #expect(answer["Vary"] == "Accept-Encoding")
            }
            #expect(try served.get("/app.js")["Content-Encoding"] == nil, "no field, no coding")
        }
    }

    @Test func withoutASiblingTheFileIsSent() async throws {
        try await serving(folder()) { served async throws in
            let answer = try served.get("/alone.js", "Accept-Encoding: gzip, br")
            #expect(answer.text == "alone" && answer["Content-Encoding"] == nil && answer["Vary"] == "Accept-Encoding")
            #expect(try served.get("/alone.js", "Accept-Encoding: gzip, identity;q=0").text == "alone")
        }
    }

    @Test func aCompressedFileAskedForByNameIsItself() async throws {
        try await serving(folder()) { served async throws in
            for target in ["/bundle.tar.gz", "/app.js.gz"] {
                let answer = try served.get(target, "Accept-Encoding: gzip")
                #expect(answer["Content-Type"] == "application/gzip" && answer["Content-Encoding"] == nil)
            }
        }
    }

    @Test func eachEncodingHasItsOwnTag() async throws {
        try await serving(folder()) { served async throws in
            let plain = try await served.settled("/app.js")["ETag"] ?? ""
            let gzip = try await served.settled("/app.js", "Accept-Encoding: gzip")["ETag"] ?? ""
            #expect(plain != gzip)
            #expect(try served.get("/app.js", "Accept-Encoding: gzip", "If-None-Match: \(gzip)").status == 304)
            #expect(try served.get("/app.js", "Accept-Encoding: gzip", "If-None-Match: \(plain)").status == 200)
            #expect(try served.get("/app.js", "If-None-Match: \(gzip)").status == 200)
            let unchanged = try served.get("/app.js", "Accept-Encoding: gzip", "If-None-Match: \(gzip)")
            #expect(unchanged["Vary"] == "Accept-Encoding" && unchanged["ETag"] == gzip)
        }
    }

    @Test func rangesCountTheBytesThatAreSent() async throws {
        try await serving(folder()) { served async throws in
            let part = try served.get("/app.js", "Accept-Encoding: gzip", "Range: bytes=0-3")
            #expect(part.status == 206 && part.text == "gzip" && part["Content-Range"] == "bytes 0-3/8")
            #expect(part["Content-Encoding"] == "gzip")
            let beyond = try served.get("/app.js", "Accept-Encoding: gzip", "Range: bytes=8-")
            #expect(beyond.status == 416 && beyond["Content-Range"] == "bytes */8")
            #expect(try served.get("/app.js", "Range: bytes=8-").status == 206)
            let parts = try served.get("/app.js", "Accept-Encoding: gzip", "Range: bytes=0-0,7-7")
            #expect(parts.status == 206 && parts.text.contains("bytes 7-7/8") && parts["Content-Encoding"] == "gzip")
        }
    }

    @Test func anOlderSiblingIsStale() async throws {
        let folder = folder()
        try await serving(folder) { served async throws in
            func coding() throws -> String? {
                try served.get("/app.js", "Accept-Encoding: gzip")["Content-Encoding"]
            }
            folder.setTime("app.js", 1_700_000_000, nanoseconds: 500)
            folder.setTime("app.js.gz", 1_700_000_000, nanoseconds: 500)
            #expect(try coding() == "gzip", "compressors copy the time")
            folder.setTime("app.js.gz", 1_700_000_000, nanoseconds: 499)
            #expect(try coding() == nil)
            folder.setTime("app.js.gz", 1_699_999_999)
            #expect(try coding() == nil)
            folder.setTime("app.js.gz", 1_700_000_000)
            #expect(try coding() == "gzip", "some archives keep whole seconds")
            folder.setTime("app.js.gz", 1_700_000_001)
            #expect(try coding() == "gzip")
        }
    }

    @Test func aSiblingComesAndGoesWhileItsFileIsKept() async throws {
        let folder = TestFolder()
        folder.write("app.js", "plain")
        try await serving(folder) { served async throws in
            try await served.settled("/app.js")
            func answer() throws -> Answer { try served.get("/app.js", "Accept-Encoding: gzip") }
            #expect(try answer()["Content-Encoding"] == nil)
            folder.write("app.js.gz", "one")
            #expect(try answer().text == "one")
            try await served.settled("/app.js", "Accept-Encoding: gzip")
            folder.write("app.js.gz", "two")
            #expect(try answer().text == "two")
            folder.remove("app.js.gz")
            #expect(try answer().text == "plain")
            folder.write("app.js.gz", "three")
            try await served.settled("/app.js", "Accept-Encoding: gzip")
            // An edit of the file itself makes what was built from the old one stale.
            folder.write("app.js", "edited")
            #expect(try answer().text == "edited")
        }
    }

    @Test func aSiblingThatIsNoFileInsideIsNoSibling() async throws {
        let folder = TestFolder()
        folder.write("site/app.js", "plain")
        folder.write("secret.gz", "secret")
        folder.link("site/app.js.gz", to: "../secret.gz")
        folder.makeFIFO("site/app.js.br")
        folder.makeFolder("site/app.js.zst")
        try await serving(folder, at: "/site") { served async throws in
            let answer = try served.get("/app.js", "Accept-Encoding: gzip, br, zstd")
            #expect(answer.text == "plain" && answer["Content-Encoding"] == nil)
        }
    }
}
