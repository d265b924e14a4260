/// Which parts of a representation a Range field asks for (RFC 9110, section 14).
package enum ByteRanges {
    package enum Verdict: Equatable {
        /// The field is to be ignored: send everything.
        case all
        case one(Range<Int64>)
        /// At least two, in the order asked for.
        case several([Range<Int64>])
        /// 416: none of them is there.
        case unsatisfiable
    }

    /// More parts than this, more than two that overlap, or more bytes in sum than there are, is not a client that wants
    /// parts, and gets the whole (RFC 9110, section 17.15).
    package static let mostParts = 32

    /// - Parameter length: Bytes of the representation that is sent, encoded as it is sent.
    package static func judge(_ field: Span<UInt8>, length: Int64) -> Verdict {
        guard let equals = field.firstIndex(of: ASCII.equals),
            field.extracting(field.trimmed(0..<equals)).equalsIgnoringCase("bytes")
        else { return .all }
        // Of an empty file only an empty whole can be sent.
        guard length > 0 else { return .all }
        var ranges: [Range<Int64>] = []
        var (isGarbage, isBackward, count) = (false, false, 0)
        field.extracting((equals + 1)...).forEachElement { spec in
            count += 1
            switch bounds(spec) {
            case nil: isGarbage = true
            case .suffix(let last)?:
                if last > 0 { ranges.append(max(0, length - last)..<length) }
            case .from(let first)?:
                if first < length { ranges.append(first..<length) }
            case .fromTo(let first, let last)?:
                if last < first {
                    isBackward = true
                } else if first < length {
                    ranges.append(first..<min(last, length - 1) + 1)
                }
            }
        }
        if isGarbage || count == 0 { return .all }
        // Backward is invalid, and may be ignored or refused; refused, as nginx, Go and darkhttpd do.
        if isBackward || ranges.isEmpty { return .unsatisfiable }
        if ranges.count == 1 { return .one(ranges[0]) }
        return isAbuse(ranges, length: length) ? .all : .several(ranges)
    }

    private enum Bounds {
        case suffix(Int64)
        case from(Int64)
        case fromTo(Int64, Int64)
    }

    private static func bounds(_ spec: Span<UInt8>) -> Bounds? {
        guard let hyphen = spec.firstIndex(of: ASCII.hyphen) else { return nil }
        let first = spec.extracting(spec.trimmed(0..<hyphen))
        let last = spec.extracting(spec.trimmed(hyphen + 1..<spec.count))
        if first.isEmpty { return number(last).map(Bounds.suffix) }
        guard let low = number(first) else { return nil }
        if last.isEmpty { return .from(low) }
        return number(last).map { .fromTo(low, $0) }
    }

    /// Digits, however many: beyond 63 bits is beyond any file.
    private static func number(_ digits: Span<UInt8>) -> Int64? {
        guard !digits.isEmpty else { return nil }
        for index in 0..<digits.count where !ASCII.isDigit(digits[index]) { return nil }
        return digits.decimal ?? .max
    }

    private static func isAbuse(_ ranges: [Range<Int64>], length: Int64) -> Bool {
        guard ranges.count <= mostParts else { return true }
        var left = length
        var overlaps = 0
        for (index, range) in ranges.enumerated() {
            left -= Int64(range.count)
            if left < 0 { return true }
            if ranges[..<index].contains(where: { $0.overlaps(range) }) { overlaps += 1 }
        }
        return overlaps > 1
    }
}
