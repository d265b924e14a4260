import Testing

@testable import HomeportCore

@Suite struct SpellingTests {
    @Test(arguments: [
        ("fodler", "folder"), ("floder", "folder"), ("folders", "folder"), ("fol", "folder"), ("FOLDER", "folder"),
        ("lsiting", "listing"), ("defualt", "default"), ("spaa", "spa"),
    ])
    func findsTheNearestWord(typed: String, expected: String) {
        #expect(Spelling.nearest(to: typed, among: ["default", "folder", "listing", "spa"]) == expected)
    }

    @Test(arguments: ["", "x", "zzz", "completely", "to"])
    func offersNothingThatIsNotNear(typed: String) {
        #expect(Spelling.nearest(to: typed, among: ["default", "folder", "listing", "spa"]) == nil)
    }

    @Test func anUnrelatedLetterIsNotNear() { #expect(Spelling.nearest(to: "x", among: ["a", "b"]) == nil) }

    @Test func nothingIsNearWhereThereIsNothing() { #expect(Spelling.nearest(to: "api", among: []) == nil) }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3), ("abc", "abc", 0)])
    func countsEdits(a: String, b: String, expected: Int) {
        #expect(Spelling.distance(a, b) == expected)
        #expect(Spelling.distance(b, a) == expected)
    }

    @Test func aVeryLongWordCostsNoMoreThanALongOne() {
        let long = String(repeating: "a", count: 100_000)
        #expect(Spelling.distance(long, long + "b") == 0)
    }
}
