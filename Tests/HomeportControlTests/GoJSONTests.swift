import Testing

@testable import HomeportControl

/// Texts and what Go's `encoding/json` makes of them. Conformance/toxiproxy asks Go itself about many more.
@Suite struct GoJSONTests {
    @Test(arguments: [
        ("", "EOF"), ("  \n", "EOF"), ("{", "unexpected EOF"), ("{\"a\":", "unexpected EOF"), ("-", "unexpected EOF"),
        ("\"abc", "unexpected EOF"), ("tru", "unexpected EOF"),
        ("hello", "invalid character 'h' looking for beginning of value"),
        ("{b}", "invalid character 'b' looking for beginning of object key string"),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        ("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair"),
        ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
        ("\"a\nb\"", "invalid character '\\n' in string literal"),
        ("\"\\x\"", "invalid character 'x' in string escape code"),
        ("\"\\u00g0\"", "invalid character 'g' in \\u hexadecimal character escape"),
        ("[1.]", "invalid character ']' after decimal point in numeric literal"),
        ("[1e]", "invalid character ']' in exponent of numeric literal"),
        ("[-a]", "invalid character 'a' in numeric literal"),
        ("nul!", "invalid character '!' in literal null (expecting 'l')"),
        ("[01]", "invalid character '1' after array element"),
        ("\u{E9}", "invalid character 'Ã' looking for beginning of value"),
    ])
    func brokenTexts(text: String, problem: String) {
        #expect(throws: GoJSON.Failure(text: problem)) { try GoJSON.read(text.utf8) }
    }

    @Test(arguments: [
        ("1x", GoJSON.Value.number("1")), ("01", .number("0")), ("{}garbage", .object([])), (" [ ] ", .array([])),
        ("\"\\u00e9\\ud83d\\ude00\\ud83dx\\n\"", .string("é😀\u{FFFD}x\n")),
        (
            "{\"a\":[1,null,true],\"a\":\"b\"}",
            .object([
                .init(key: "a", value: .array([.number("1"), .null, .bool(true)])),
                .init(key: "a", value: .string("b")),
            ])
        ),
    ])
    func textsThatAreRead(text: String, value: GoJSON.Value) throws { #expect(try GoJSON.read(text.utf8) == value) }

    /// Nothing that comes from outside may take the stack.
    @Test func depthIsBounded() throws {
        let deep = String(repeating: "[", count: 9_999) + String(repeating: "]", count: 9_999)
        _ = try GoJSON.read(deep.utf8)
        #expect(throws: GoJSON.Failure(text: "invalid character '[' exceeded max depth")) {
            try GoJSON.read(String(repeating: "[", count: 1_000_000).utf8)
        }
    }

    @Test(arguments: [
        (Float(1), "1"), (0, "0"), (0.1, "0.1"), (-1, "-1"), (2.5, "2.5"), (1e-7, "1e-7"), (1e21, "1e+21"),
        (123456.7, "123456.7"), (1e20, "100000000000000000000"), (0.000001, "0.000001"), (1.5e-9, "1.5e-9"),
    ])
    func numbersAsGoWritesThem(number: Float, text: String) { #expect(GoText.float(number) == text) }

    @Test func stringsAsGoWritesThem() {
        #expect(GoText.string("a\"\\\n<&>\u{1}\u{2028}é") == #""a\"\\\n\u003c\u0026\u003e\u0001\u2028é""#)
    }
}
