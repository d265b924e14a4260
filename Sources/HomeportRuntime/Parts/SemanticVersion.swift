/// A version that can be compared with another (Semantic Versioning 2.0.0, section 11).
package struct SemanticVersion: Comparable, Sendable, CustomStringConvertible {
    private enum Word: Comparable {
        // Numbers stand before words.
        case number(Int)
        case text(String)
    }

    private let numbers: [Int]
    private let words: [Word]
    package let description: String

    /// - Parameter text: `2.101.2`, `v1.0`, `1.0.0-beta.2+build`. Numbers that are left out are zero.
    /// - Returns: Nil for what is none, as the name of a branch.
    package init?(_ text: String) {
        description = text
        let plain = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let main = plain.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let halves = main.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = (halves.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
        guard !parts.isEmpty, numbers.count == parts.count, numbers.count <= 3 else { return nil }
        self.numbers = numbers + Array(repeating: 0, count: 3 - numbers.count)
        words =
            halves.count < 2
            ? [] : halves[1].split(separator: ".").map { Int($0).map(Word.number) ?? .text(String($0)) }
    }

    package static func == (a: Self, b: Self) -> Bool { a.numbers == b.numbers && a.words == b.words }

    package static func < (a: Self, b: Self) -> Bool {
        if a.numbers != b.numbers { return a.numbers.lexicographicallyPrecedes(b.numbers) }
        // What comes before a version is less than the version.
        if a.words.isEmpty || b.words.isEmpty { return !a.words.isEmpty && b.words.isEmpty }
        return a.words.lexicographicallyPrecedes(b.words)
    }
}
