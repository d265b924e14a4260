import HomeportCore
import Testing

@testable import HomeportServe

@Suite struct ListingJSONTests {
    private func json(_ entries: [ListingEntry], folder: String = "/", base: String = "/", cut: Bool = false) -> String
    {
        ListingPage.json(folder: folder, urlBase: base, entries: entries, truncated: cut)
    }

    @Test func anEmptyFolder() {
        #expect(json([]) == "{\"path\":\"/\",\"entries\":[],\"truncated\":false}\n")
    }

    @Test func oneOfEach() {
        let entries = [
            ListingEntry(name: "b", path: "b", kind: .folder, size: 0, modified: 1_741_536_300, symlink: true),
            ListingEntry(name: "a b", path: "a%20b", kind: .file, size: 12, modified: 1_741_536_300),
        ]
        #expect(
            json(entries, folder: "/x y/", base: "/x%20y/", cut: true)
                == "{\"path\":\"/x y/\",\"entries\":["
                + "{\"name\":\"b\",\"type\":\"folder\",\"size\":0,\"mtime\":\"2025-03-09T16:05:00Z\","
                + "\"url\":\"/x%20y/b/\",\"symlink\":true},"
                + "{\"name\":\"a b\",\"type\":\"file\",\"size\":12,\"mtime\":\"2025-03-09T16:05:00Z\","
                + "\"url\":\"/x%20y/a%20b\",\"symlink\":false}],\"truncated\":true}\n"
        )
    }

    @Test(arguments: [
        ("\"", "\\\""), ("\\", "\\\\"), ("\n\r\t", "\\n\\r\\t"), ("\u{1}\u{7F}\u{9F}", "\\u0001\\u007f\\u009f"),
        ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("</script>", "\\u003c/script>"), ("ü🌊", "ü🌊"),
    ])
    func textStaysText(name: String, escaped: String) {
        var text = ""
        text.appendJSON(name)
        #expect(text == "\"\(escaped)\"")
    }

    @Test func aYearBeyondFourDigitsIsNull() {
        let entry = ListingEntry(name: "a", path: "a", kind: .file, size: .max, modified: 253_402_300_800)
        #expect(json([entry]).contains("\"size\":9223372036854775807,\"mtime\":null,"))
    }
}
