import Testing

@testable import HomeportHTTP

/// Walks and comparisons over bytes, and the character classes behind them.
@Suite struct TextTests {
    static func elements(_ text: String, separator: UInt8 = ASCII.comma) -> [String] {
        var elements: [String] = []
        let bytes = Array(text.utf8)
        bytes.span.forEachElement(separator: separator) { elements.append($0.string) }
        return elements
    }

    @Test(
        arguments: [
            ("", []), (",", []), (" , ,\t", []), ("a", ["a"]), (" a ,b,, c\t", ["a", "b", "c"]),
            ("a b,c", ["a b", "c"]),
            ("\"a,b\",c", ["\"a,b\"", "c"]), ("x=\"a,b\\\",c\" , d", ["x=\"a,b\\\",c\"", "d"]),
            ("\"a\\\\\",b", ["\"a\\\\\"", "b"]),
            ("\"a,b", ["\"a,b"]), ("\"a\\", ["\"a\\"]), ("a\\,b", ["a\\", "b"]), ("a\"b,c\"d,e", ["a\"b,c\"d", "e"]),
            ("\"\",\"\"", ["\"\"", "\"\""]),
        ] as [(String, [String])]
    )
    func aListIsDividedOutsideQuotes(_ text: String, _ expected: [String]) { #expect(Self.elements(text) == expected) }

    @Test func anySeparatorDivides() {
        #expect(Self.elements("gzip;q=0.5; x=\";\"", separator: ASCII.semicolon) == ["gzip", "q=0.5", "x=\";\""])
    }

    @Test(
        arguments: [
            ("0", 0), ("007", 7), ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("", nil),
            ("-1", nil),
            ("+1", nil), (" 1", nil), ("1a", nil), ("99999999999999999999999999", nil), ("１", nil),
        ] as [(String, Int64?)]
    )
    func onlyDigitsAreADecimal(_ text: String, _ expected: Int64?) {
        let value = Array(text.utf8).span.decimal
        #expect(value == expected)
    }

    @Test func comparisonsAreOfBytes() {
        func ask<Answer>(_ text: String, _ question: (Span<UInt8>) -> Answer) -> Answer {
            question(Array(text.utf8).span)
        }
        #expect(ask("Keep-Alive") { $0.equals("Keep-Alive") })
        #expect(ask("Keep-Alive") { !$0.equals("keep-alive") })
        #expect(ask("Keep-Alive") { $0.equalsIgnoringCase("keep-alive") })
        #expect(ask("Keep-Alive") { !$0.equalsIgnoringCase("keep-alive!") })
        #expect(ask("Keep-Alive") { $0.hasSuffixIgnoringCase("alive") })
        #expect(ask("Keep-Alive") { $0.hasSuffixIgnoringCase("") })
        #expect(ask("Keep-Alive") { !$0.hasSuffixIgnoringCase("a-keep-alive") })
        #expect(ask("Keep-Alive") { $0.firstIndex(of: ASCII.hyphen) } == 4)
        #expect(ask("Keep-Alive") { $0.firstIndex(of: ASCII.hyphen, from: 5) } == nil)
        #expect(ask("Keep-Alive") { $0.lastIndex(of: UInt8(ascii: "e")) } == 9)
        #expect(ask("@[") { !$0.equalsIgnoringCase("`{") }, "only letters have two cases")
    }

    @Test func theTokenTableIsThatOfTheRFC() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ASCII.isToken(byte) == token.contains(byte), "\(byte)")
            #expect(ASCII.isFieldValue(byte) == (byte == 9 || byte >= 32 && byte != 127), "\(byte)")
            #expect(ASCII.isLetter(byte) == (65...90 ~= byte || 97...122 ~= byte), "\(byte)")
            #expect(ASCII.isDigit(byte) == (48...57 ~= byte), "\(byte)")
            #expect(ASCII.hex(byte) == UInt8(String(Character(Unicode.Scalar(byte))), radix: 16), "\(byte)")
        }
    }

    @Test func everyKnownNameIsRecognisedInAnyCaseAndNoOther() {
        func recognise(_ text: some StringProtocol) -> FieldName { FieldName(Array(text.utf8).span) }
        for name in FieldName.allCases where name != .other {
            let text = String(describing: name.text)
            #expect(recognise(text) == name)
            #expect(recognise(text.uppercased()) == name)
            #expect(recognise(text.dropLast()) == .other)
            #expect(recognise(text + "x") == .other)
            #expect(recognise(text.dropLast() + "_") == .other)
        }
        #expect(recognise("") == .other)
    }
}
