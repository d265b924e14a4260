/// One comparison.
struct FilterTest: Sendable {
    enum Relation: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case isNot = "!="
        case containsNot = "!~"
        case below = "<"
        case above = ">"
        case equal = "="
        case contains = "~"
    }

    enum Value: Sendable {
        /// Nanoseconds of times, bytes of sizes.
        case number(ClosedRange<Int64>)
        case text(TextPattern)
        case state(State)
        /// Whether it has the field at all.
        case anything
    }

    enum State: String, Sendable, CaseIterable {
        case live, complete, failed, refused, reused, hit
    }

    let field: FilterField
    let relation: Relation
    let value: Value

    func matches(_ subject: FilterSubject) -> Bool {
        switch value {
        case .state(let state): return matches(state, subject.row)
        case .anything: return field.isThere(in: subject)
        case .number(let wanted):
            guard let number = field.number(of: subject.row) else { return relation == .isNot }
            switch relation {
            case .equal, .contains: return wanted.contains(number)
            case .isNot, .containsNot: return !wanted.contains(number)
            case .below: return number < wanted.lowerBound
            case .atMost: return number <= wanted.upperBound
            case .above: return number > wanted.upperBound
            case .atLeast: return number >= wanted.lowerBound
            }
        case .text(let pattern):
            let holds = holds(pattern, subject)
            return relation == .isNot || relation == .containsNot ? !holds : holds
        }
    }

    private func holds(_ pattern: TextPattern, _ subject: FilterSubject) -> Bool {
        guard case .body(let sides) = field else {
            return field.texts(of: subject).contains { pattern.matches($0) }
        }
        return sides.all.contains { side in
            subject.store.withBody(side, of: subject.row) { pattern.matches($0) || pattern.matches($1) }
                || subject.unpackedBody(side).map { plain in plain.withUnsafeBytes { pattern.matches($0) } } ?? false
        }
    }

    private func matches(_ state: State, _ row: TapRow) -> Bool {
        switch state {
        case .live: row.isLive
        case .complete: row.isComplete
        case .failed: row.error != nil || !row.isLive && !row.isComplete
        case .refused: row.refusal != nil
        case .reused: row.isReused
        case .hit: !row.conditions.isEmpty
        }
    }
}

/// Text to be found, whatever its case (of ASCII's letters); in whole values, `*` stands for anything.
struct TextPattern: Sendable {
    private let parts: [[UInt8]]
    private let isPartOf: Bool

    /// - Parameter isPartOf: Whether it may stand anywhere, and a star is a star.
    init(_ text: String, isPartOf: Bool) {
        self.isPartOf = isPartOf
        let bytes = text.utf8.map(Self.lower)
        parts =
            isPartOf
            ? [bytes] : bytes.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
    }

    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if isPartOf { return Self.find(parts[0], in: bytes, from: 0) != nil }
        guard parts.count > 1 else { return bytes.count == parts[0].count && Self.stands(parts[0], in: bytes, at: 0) }
        let (first, last) = (parts[0], parts[parts.count - 1])
        guard bytes.count >= first.count + last.count, Self.stands(first, in: bytes, at: 0),
            Self.stands(last, in: bytes, at: bytes.count - last.count)
        else { return false }
        let middle = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - last.count)])
        var place = first.count
        for part in parts[1..<(parts.count - 1)] {
            guard let found = Self.find(part, in: middle, from: place) else { return false }
            place = found + part.count
        }
        return true
    }

    private static func stands(_ part: [UInt8], in bytes: UnsafeRawBufferPointer, at place: Int) -> Bool {
        for index in part.indices where lower(bytes[place + index]) != part[index] { return false }
        return true
    }

    private static func find(_ part: [UInt8], in bytes: UnsafeRawBufferPointer, from place: Int) -> Int? {
        guard let first = part.first else { return place <= bytes.count ? place : nil }
        var place = place
        while place + part.count <= bytes.count {
            if lower(bytes[place]) == first, stands(part, in: bytes, at: place) { return place }
            place += 1
        }
        return nil
    }
}
