import Testing

@testable import HomeportServe

@Suite struct ListingOrderTests {
    private func file(_ name: String, size: Int64 = 0, modified: Int64 = 0) -> ListingEntry {
        ListingEntry(
            name: name,
            path: RequestPath.encode(Array(name.utf8)),
            kind: .file,
            size: size,
            modified: modified
        )
    }

    private func folder(_ name: String) -> ListingEntry {
        ListingEntry(name: name, path: name, kind: .folder, size: 0, modified: 0)
    }

    private func sorted(_ entries: [ListingEntry], _ order: ListingOrder = ListingOrder()) -> [String] {
        var entries = entries
        order.sort(&entries)
        return entries.map(\.name)
    }

    @Test func numbersCountAsPeopleCount() {
        let names = ["file10", "file2", "file1", "file0010a", "file"]
        #expect(sorted(names.map { file($0) }) == ["file", "file1", "file2", "file10", "file0010a"])
        let long = ["v\(String(repeating: "9", count: 40))", "v1\(String(repeating: "0", count: 40))"]
        #expect(sorted(long.map { file($0) }) == long)
    }

    @Test func caseComesLast() {
        #expect(sorted(["b", "A", "a", "B"].map { file($0) }) == ["A", "a", "B", "b"])
    }

    @Test func foldersStandFirstInEveryOrder() {
        let entries = [file("a", size: 9), folder("z"), file("b", size: 1), folder("y")]
        #expect(sorted(entries) == ["y", "z", "a", "b"])
        #expect(sorted(entries, ListingOrder(descending: true)) == ["z", "y", "b", "a"])
        #expect(sorted(entries, ListingOrder(key: .size)) == ["y", "z", "b", "a"])
    }

    @Test func whatIsEqualGoesByNameUpward() {
        let entries = [file("b", size: 1), file("a", size: 1), file("c", size: 2)]
        #expect(sorted(entries, ListingOrder(key: .size, descending: true)) == ["c", "a", "b"])
        let dated = [file("b", modified: 5), file("a", modified: 5), file("c", modified: .min)]
        #expect(sorted(dated, ListingOrder(key: .date)) == ["c", "a", "b"])
    }

    @Test func theOrderOnDiskDoesNotShow() {
        // Names that are equal in one sense or another still have one fixed order.
        let names = ["file2", "File02", "file002", "u\u{308}", "\u{FC}", "\u{FFFD}", "é", "e\u{301}", "", " a", "a"]
        let once = sorted(names.map { file($0) })
        for _ in 0..<20 { #expect(sorted(names.shuffled().map { file($0) }) == once) }
    }

    @Test func namesRepairedToTheSameTextKeepAnOrder() {
        let one = ListingEntry(name: "\u{FFFD}", path: "%FE", kind: .file, size: 0, modified: 0)
        let two = ListingEntry(name: "\u{FFFD}", path: "%FF", kind: .file, size: 0, modified: 0)
        var (a, b) = ([one, two], [two, one])
        ListingOrder().sort(&a)
        ListingOrder().sort(&b)
        #expect(a == b)
    }
}
