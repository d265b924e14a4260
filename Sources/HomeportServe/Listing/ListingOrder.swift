/// The order of a listing, as `?sort=name|size|date&order=asc|desc` asks for it.
///
/// Folders stand first in every order. Names are compared as people count: `file2` before `file10`, `a` next to `A`.
/// The result is one fixed order for one set of names, whatever order the file system gave them in, so that a test
/// may compare two listings as text.
package struct ListingOrder: Sendable, Equatable {
    package enum Key: String, Sendable {
        case name
        case size
        case date
    }

    package var key: Key
    package var descending: Bool

    package init(key: Key = .name, descending: Bool = false) {
        self.key = key
        self.descending = descending
    }

    /// Folders first, then by key; what is equal goes by name, upward, also where the key goes down.
    package func sort(_ entries: inout [ListingEntry]) {
        let ranks = Self.nameRanks(of: entries)
        let order = entries.indices.sorted { a, b in
            let left = entries[a]
            let right = entries[b]
            if (left.kind == .folder) != (right.kind == .folder) { return left.kind == .folder }
            switch key {
            case .name:
                return descending ? ranks[a] > ranks[b] : ranks[a] < ranks[b]
            case .size where left.size != right.size:
                return descending ? left.size > right.size : left.size < right.size
            case .date where left.modified != right.modified:
                return descending ? left.modified > right.modified : left.modified < right.modified
            case .size, .date:
                return ranks[a] < ranks[b]
            }
        }
        entries = order.map { entries[$0] }
    }

    /// For each entry, its place when all are ordered by name alone.
    ///
    /// The page carries these numbers, so that its script sorts integers and arrives at exactly the server's order,
    /// instead of at the opinion of the browser's collation.
    static func nameRanks(of entries: [ListingEntry]) -> [Int] {
        // Lower-cased once per name, not once per comparison.
        let folded = entries.map { Array($0.name.lowercased().utf8) }
        let order = entries.indices.sorted { a, b in
            switch compareNaturally(folded[a], folded[b]) {
            case ..<0: return true
            case 1...: return false
            default: break
            }
            // Bytes, not `<` on String: that takes composed and decomposed letters for equal, and they are two files.
            let names = (entries[a].name.utf8, entries[b].name.utf8)
            if !names.0.elementsEqual(names.1) { return names.0.lexicographicallyPrecedes(names.1) }
            return entries[a].path.utf8.lexicographicallyPrecedes(entries[b].path.utf8)
        }
        var ranks = [Int](repeating: 0, count: entries.count)
        for (rank, index) in order.enumerated() { ranks[index] = rank }
        return ranks
    }

    /// Below 0, 0 or above 0. Runs of ASCII digits count as numbers of any length, everything else as bytes.
    static func compareNaturally(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var i = 0
        var j = 0
        while i < a.count, j < b.count {
            if isDigit(a[i]), isDigit(b[j]) {
                let left = digits(of: a, from: &i)
                let right = digits(of: b, from: &j)
                // Without leading zeros, the longer number is the greater one: no number is too long to compare.
                if left.count != right.count { return left.count < right.count ? -1 : 1 }
                for (x, y) in zip(left, right) where x != y { return x < y ? -1 : 1 }
            } else {
                if a[i] != b[j] { return a[i] < b[j] ? -1 : 1 }
                i += 1
                j += 1
            }
        }
        return (a.count - i) - (b.count - j)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// The number that starts at `index`, less its leading zeros; `index` moves behind it.
    private static func digits(of text: [UInt8], from index: inout Int) -> ArraySlice<UInt8> {
        while index < text.count, text[index] == UInt8(ascii: "0") { index += 1 }
        let start = index
        while index < text.count, isDigit(text[index]) { index += 1 }
        return text[start..<index]
    }
}
