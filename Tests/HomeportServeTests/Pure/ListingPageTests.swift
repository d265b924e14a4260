import Testing

@testable import HomeportServe

@Suite struct ListingPageTests {
    private static let hostile = [
        "<script>alert(1)</script>.txt", "\"quotes' & amp", "&lt;already&gt;", "javascript:alert(1)", "a:b",
        "</title><b>", "#hash?query%25", "line\nbreak\ttab.txt", "exe\u{202E}cod.exe", "ls\u{2028}x", " leading",
        "two  spaces", "\u{1B}[31mred", "x' onmouseover='alert(1)", "--><!--", "</bdi>", "\u{FFFD}bad",
    ]

    private static func entry(_ name: String, _ kind: ListingEntry.Kind = .file, modified: Int64 = 0) -> ListingEntry {
        ListingEntry(
            name: name,
            path: RequestPath.encode(Array(name.utf8)),
            kind: kind,
            size: 5,
            modified: modified
        )
    }

    private static func page(_ entries: [ListingEntry], folder: String = "/", uploads: Bool = false) -> String {
        ListingPage.html(folder: folder, entries: entries, order: ListingOrder(), truncated: false, uploads: uploads)
    }

    /// What stands in the page beside what stands in every page.
    private static func rows(_ page: String) -> Substring {
        guard let start = page.firstRange(of: "<tbody id=\"list\">"),
            let end = page.firstRange(of: "</tbody>\n</table>")
        else {
            return ""
        }
        return page[start.upperBound..<end.lowerBound]
    }

    @Test(arguments: hostile)
    func aNameIsOnlyEverText(name: String) {
        let row = Self.rows(Self.page([Self.entry(name)]))
        // Exactly the markup that a row has anyway, and nothing from the name.
        let plain = Self.rows(Self.page([Self.entry("plain.txt")]))
        let markers = name.unicodeScalars.filter { ListingPageTests.isShownAsCode($0) }.count
        #expect(row.count { $0 == "<" } == plain.count { $0 == "<" } + 2 * markers)
        #expect(row.count { $0 == "\"" } == plain.count { $0 == "\"" })
        #expect(!row.contains("'") || !row.contains(" onmouseover='"))
        #expect(row.contains("href=\"./"))
    }

    private static func isShownAsCode(_ scalar: Unicode.Scalar) -> Bool {
        var text = ""
        ListingPage.appendVisible(String(scalar), to: &text)
        return text.hasPrefix("<i>")
    }

    @Test func aFolderNameIsOnlyEverText() {
        let page = Self.page([], folder: "/a b/</title><script>x/\"'&/")
        #expect(!page.contains("</title><script>x"))
        #expect(page.contains("&lt;/title&gt;"))
        #expect(page.contains("&quot;&#39;&amp;"))
    }

    @Test func whatTurnsTextAroundIsMadeVisible() {
        let row = Self.rows(Self.page([Self.entry("exe\u{202E}cod.exe")]))
        #expect(row.contains("exe<i>U+202E</i>cod.exe"))
        #expect(!row.contains("\u{202E}"))
    }

    @Test func aLinkFindsItsFile() {
        for name in Self.hostile where !name.contains("/") {
            let row = Self.rows(Self.page([Self.entry(name)]))
            guard let start = row.firstRange(of: "href=\"."), let end = row[start.upperBound...].firstIndex(of: "\"")
            else {
                #expect(Bool(false), "no link for \(name)")
                continue
            }
            let target = String(row[start.upperBound..<end])
            #expect(
                withSpan(target, RequestPath.decode)
                    == .path(RequestPath(segments: [Array(name.utf8)], hasTrailingSlash: false))
            )
        }
    }

    @Test func whatIsNotServedIsNoLink() {
        #expect(!Self.rows(Self.page([Self.entry("pipe", .other)])).contains("href"))
    }

    @Test func aTimeThatCannotBeSpelledIsLeftOut() {
        for time in [Int64.min, .max, 253_402_300_800, -62_167_219_201] {
            #expect(!Self.rows(Self.page([Self.entry("a", modified: time)])).contains("<time"))
        }
        #expect(Self.rows(Self.page([Self.entry("a", modified: 253_402_300_799)])).contains("9999-12-31 23:59"))
        #expect(Self.rows(Self.page([Self.entry("a", modified: 951_782_400)])).contains("2000-02-29 00:00"))
        #expect(Self.rows(Self.page([Self.entry("a", modified: -1)])).contains("1969-12-31 23:59"))
    }

    @Test func theColumnsTurnAround() {
        let page = ListingPage.html(
            folder: "/",
            entries: [Self.entry("a")],
            order: ListingOrder(key: .size, descending: true),
            truncated: false
        )
        #expect(page.contains("data-key=\"size\" aria-sort=\"descending\"><a href=\"?sort=size&amp;order=asc\">"))
        #expect(page.contains("data-key=\"date\"><a href=\"?sort=date&amp;order=desc\">"))
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (999, "999 B"), (1000, "1 KB"), (1049, "1 KB"), (1050, "1.1 KB"), (9_949, "9.9 KB"),
        (99_949, "99.9 KB"), (99_950, "100 KB"), (999_499, "999 KB"), (999_500, "1 MB"), (1_200_000, "1.2 MB"),
        (.max, "9.2 EB"), (-5, "0 B"), (.min, "0 B"),
    ])
    func sizesAreShort(bytes: Int64, text: String) {
        #expect(ListingPage.humanSize(bytes) == text)
    }

    @Test func theSumOfSizesCannotOverflow() {
        let huge = ListingEntry(name: "a", path: "a", kind: .file, size: .max, modified: 0)
        #expect(Self.page([huge, huge]).contains("9,223,372,036,854,775,807 bytes"))
    }
}
