import Testing

@Suite struct RangeTests {
    private static let text = String((0..<100).map { Character(Unicode.Scalar(UInt8(33 + $0 % 90))) })

    /// A small file, which is kept in memory, and a large one, which is kept open, hold the same at their start.
    private func folder() -> TestFolder {
        let folder = TestFolder()
        folder.write("small.txt", Self.text)
        folder.write("large.txt", Self.text + String(repeating: "x", count: 199_900))
        return folder
    }

    private func slice(_ range: Range<Int>) -> String {
        let text = Array(Self.text)
        return String(text[range])
    }

    @Test func oneRangeIsExactlyItsBytes() async throws {
        let folder = folder()
        try await serving(folder) { served async throws in
            for (target, size) in [("/small.txt", 100), ("/large.txt", 200_000)] {
                for (asked, range) in [("0-0", 0..<1), ("10-19", 10..<20), ("90-99", 90..<100)] {
                    let answer = try served.get(target, "Range: bytes=\(asked)")
                    #expect(answer.status == 206 && answer.text == slice(range))
                    #expect(answer["Content-Range"] == "bytes \(asked)/\(size)")
                    #expect(answer["Content-Length"] == "\(range.count)")
                    #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
                    #expect(answer["ETag"] != nil && answer["Accept-Ranges"] == "bytes")
                    #expect(answer["Cache-Control"] == "no-cache" && answer["Vary"] == "Accept-Encoding")
                }
                let suffix = try served.get(target, "Range: bytes=-5")
                #expect(suffix["Content-Range"] == "bytes \(size - 5)-\(size - 1)/\(size)" && suffix.body.count == 5)
                let all = try served.get(target, "Range: bytes=0-")
                #expect(all.status == 206 && all.body == folder.read(String(target.dropFirst())))
                let clamped = try served.get(target, "Range: bytes=50-99999999999999999999")
                #expect(clamped.status == 206 && clamped.body.count == size - 50)
            }
        }
    }

    @Test func severalRangesAreOneMultipart() async throws {
        let folder = folder()
        try await serving(folder) { served async throws in
            for (target, size) in [("/small.txt", 100), ("/large.txt", 200_000)] {
                let answer = try served.get(target, "Range: bytes=50-59, 0-4,-3")
                #expect(answer.status == 206 && answer["Content-Range"] == nil)
                let type = answer["Content-Type"] ?? ""
                #expect(type.hasPrefix("multipart/byteranges; boundary="))
                let boundary = type.dropFirst("multipart/byteranges; boundary=".count)
                let bytes = folder.read(String(target.dropFirst())) ?? []
                func part(_ range: Range<Int>) -> String {
                    "--\(boundary)\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        + "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)\r\n\r\n"
                        + String(decoding: bytes[range], as: UTF8.self) + "\r\n"
                }
                #expect(answer.text == part(50..<60) + part(0..<5) + part(size - 3..<size) + "--\(boundary)--\r\n")
                #expect(answer["Content-Length"] == "\(answer.body.count)")
            }
        }
    }

    @Test func whatIsNotThereIsRefusedWithTheLength() async throws {
        try await serving(folder()) { served async throws in
            for range in ["bytes=100-", "bytes=200-300", "bytes=-0", "bytes=5-4"] {
                let answer = try served.get("/small.txt", "Range: \(range)")
                #expect(answer.status == 416 && answer["Content-Range"] == "bytes */100" && answer.body.isEmpty)
                #expect(answer["ETag"] != nil)
            }
        }
    }

    @Test func whatIsNoRangeIsIgnored() async throws {
        try await serving(folder()) { served async throws in
            for range in ["lines=1-2", "bytes=x", "bytes=", "bytes=0-,0-,0-"] {
                let answer = try served.get("/small.txt", "Range: \(range)")
                #expect(answer.status == 200 && answer.body.count == 100 && answer["Content-Range"] == nil)
            }
            let head = try served.ask("HEAD", "/small.txt", ["Range: bytes=0-1"])
            #expect(head.status == 200 && head["Content-Length"] == "100")
        }
    }

    @Test func ifRangeDecidesBetweenPartAndWhole() async throws {
        let folder = folder()
        try await serving(folder) { served async throws in
            folder.setTime("small.txt", 784_111_777)
            func status(_ validator: String) throws -> Int {
                try served.get("/small.txt", "Range: bytes=0-9", "If-Range: \(validator)").status
            }
            let date = "Sun, 06 Nov 1994 08:49:37 GMT"
            let young = try await served.young("small.txt", "Range: bytes=0-9", "If-Range: \(date)")
            #expect(young.status == 200, "the date is no strong validator yet")
            let tag = try await served.settled("/small.txt")["ETag"] ?? ""
            #expect(try status(tag) == 206)
            #expect(try status(date) == 206)
            #expect(try status("W/" + tag) == 200)
            #expect(try status("\"other\"") == 200)
            #expect(try status("Sun, 06 Nov 1994 08:49:38 GMT") == 200)
            // A failed If-Range ignores even what could not be satisfied.
            #expect(try served.get("/small.txt", "Range: bytes=900-", "If-Range: \"other\"").status == 200)
            // Conditions come first.
            #expect(try served.get("/small.txt", "Range: bytes=0-9", "If-None-Match: \(tag)").status == 304)
            #expect(try served.get("/small.txt", "Range: bytes=900-", "If-Match: \"other\"").status == 412)
        }
    }

    @Test func offsetsBeyondFourGibibytesAreReached() async throws {
        let folder = TestFolder()
        let size = Int64(5) << 30
        folder.makeSparse("huge.bin", size: size)
        let far = Int64(1) << 32
        folder.patch("huge.bin", at: far - 2, "abcd")
        folder.patch("huge.bin", at: size - 3, "xyz")
        try await serving(folder) { served async throws in
            let across = try served.get("/huge.bin", "Range: bytes=\(far - 3)-\(far + 2)")
            #expect(across.status == 206 && across.body == [0] + Array("abcd".utf8) + [0])
            #expect(across["Content-Range"] == "bytes \(far - 3)-\(far + 2)/\(size)")
            #expect(try served.get("/huge.bin", "Range: bytes=-3").text == "xyz")
            #expect(try served.get("/huge.bin", "Range: bytes=\(size)-").status == 416)
            let parts = try served.get("/huge.bin", "Range: bytes=\(far)-\(far + 1),\(size - 3)-")
            #expect(parts.status == 206 && parts.text.contains("\r\n\r\ncd\r\n--") && parts.text.contains("xyz\r\n--"))
            let head = try served.ask("HEAD", "/huge.bin")
            #expect(head["Content-Length"] == "\(size)")
        }
    }

    @Test func theLargestFileThereCanBeIsNoTrap() async throws {
        let folder = TestFolder()
        // Larger than most file systems hold; the largest that this one does.
        var size = Int64.max
        while size > 1 << 40, !folder.canHold(size) { size >>= 1 }
        folder.makeSparse("huge.bin", size: size)
        try await serving(folder) { served async throws in
            #expect(try served.get("/huge.bin", "Range: bytes=-1").body == [0])
            #expect(try served.get("/huge.bin", "Range: bytes=0-0,\(size - 1)-").status == 206)
            let client = try RawClient(port: served.port)
            for range in ["bytes=0-,0-", "bytes=0-0,1-"] {
                try client.ask("HEAD", "/huge.bin", ["Range: \(range)"])
                #expect(try client.answer(toHead: true)["Content-Length"] == "\(size)")
            }
            #expect(try served.get("/?format=json").text.contains("\"size\":\(size)"))
        }
    }
}
