/// Comparisons and walks over bytes that are text on the wire. A span is passed down and never stored.
extension Span<UInt8> {
    package func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// - Parameter text: In lower case.
    package func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where ASCII.lower(self[index]) != text.utf8Start[index] { return false }
        return true
    }

    /// - Parameter text: In lower case.
    package func hasSuffixIgnoringCase(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= length && extracting((count - length)...).equalsIgnoringCase(text)
    }

    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    package func lastIndex(of byte: UInt8) -> Int? {
        var index = count - 1
        while index >= 0 {
            if self[index] == byte { return index }
            index -= 1
        }
        return nil
    }

    /// The range inside `range` without spaces and tabs around it (OWS, RFC 9110, section 5.6.3).
    package func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, ASCII.isBlank(self[low]) { low += 1 }
        while high > low, ASCII.isBlank(self[high - 1]) { high -= 1 }
        return low..<high
    }

    /// Calls `body` for each element of a comma-separated list, blanks trimmed and empty elements left out
    /// (RFC 9110, section 5.6.1). Commas inside quotes do not separate.
    package func forEachElement(separator: UInt8 = ASCII.comma, _ body: (Span<UInt8>) -> Void) {
        func element(_ range: Range<Int>) {
            let range = trimmed(range)
            if !range.isEmpty { body(extracting(range)) }
        }
        var (start, index, quoted) = (0, 0, false)
        while index < count {
            let byte = self[index]
            if byte == ASCII.quote {
                quoted.toggle()
            } else if quoted, byte == ASCII.backslash {
                index += 1
            } else if byte == separator, !quoted {
                element(start..<index)
                start = index + 1
            }
            index += 1
        }
        element(start..<count)
    }

    /// Decimal digits only; nil for none, for anything else, and above 2⁶³ − 1.
    package var decimal: Int64? {
        guard !isEmpty else { return nil }
        var value: Int64 = 0
        for index in 0..<count {
            let digit = self[index] &- ASCII.zero
            guard digit <= 9 else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(Int64(digit))
            guard !over, !over2 else { return nil }
            value = sum
        }
        return value
    }

    /// The text, for display only: bytes that are not UTF-8 become U+FFFD.
    package var string: String { withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
}

/// Bytes with names, and the character classes of RFC 9110.
package enum ASCII {
    package static let tab: UInt8 = 0x09
    package static let lf: UInt8 = 0x0A
    package static let cr: UInt8 = 0x0D
    package static let space: UInt8 = 0x20
    package static let quote: UInt8 = 0x22
    package static let hash: UInt8 = 0x23
    package static let percent: UInt8 = 0x25
    package static let comma: UInt8 = 0x2C
    package static let hyphen: UInt8 = 0x2D
    package static let dot: UInt8 = 0x2E
    package static let slash: UInt8 = 0x2F
    package static let zero: UInt8 = 0x30
    package static let colon: UInt8 = 0x3A
    package static let semicolon: UInt8 = 0x3B
    package static let equals: UInt8 = 0x3D
    package static let question: UInt8 = 0x3F
    package static let leftBracket: UInt8 = 0x5B
    package static let backslash: UInt8 = 0x5C
    package static let rightBracket: UInt8 = 0x5D

    @inline(__always)
    package static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 <= 25 ? byte | 0x20 : byte }

    @inline(__always)
    package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte &- zero <= 9 }

    package static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 <= 25 }

    /// The value of a hexadecimal digit.
    package static func hex(_ byte: UInt8) -> UInt8? {
        if byte &- zero <= 9 { return byte &- zero }
        let letter = byte | 0x20
        return letter &- 0x61 <= 5 ? letter &- 0x61 &+ 10 : nil
    }

    /// tchar (RFC 9110, section 5.6.2): two 64-bit words hold the whole table.
    @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool {
        byte < 64
            ? 0x03FF_6CFA_0000_0000 >> UInt64(byte) & 1 == 1
            : 0x57FF_FFFF_C7FF_FFFE >> UInt64(byte & 63) & byte7(byte) == 1
    }

    /// What a field's value may hold: visible characters, blanks, and bytes from 0x80 up (RFC 9110, section 5.5).
    @inline(__always)
    package static func isFieldValue(_ byte: UInt8) -> Bool { byte >= space ? byte != 0x7F : byte == tab }

    @inline(__always)
    private static func byte7(_ byte: UInt8) -> UInt64 { byte < 128 ? 1 : 0 }
}
