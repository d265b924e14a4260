/// Finds the word that was probably meant.
///
///     Spelling.nearest(to: "fodler", among: ["folder", "listing"])        // "folder"
public enum Spelling {
    /// - Returns: The nearest of `words` by letters added, dropped, changed or swapped; nil where none is near, that is
    ///   where more than a third of the letters differ. Case does not count.
    public static func nearest(to typed: String, among words: [String]) -> String? {
        let typed = typed.lowercased()
        if let prefix = words.filter({ typed.count >= 3 && $0.hasPrefix(typed) }).min() { return prefix }
        // Of a word's letters at least one must agree, or everything short would be near.
        let allowed = min(max(1, typed.count / 3), typed.count - 1)
        return words.map { ($0, distance(typed, $0.lowercased())) }
            .filter { $0.1 <= allowed }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// Damerau–Levenshtein distance (adjacent swaps), bounded by the length of what people type: 64 letters.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.unicodeScalars.prefix(64))
        let b = Array(b.unicodeScalars.prefix(64))
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
