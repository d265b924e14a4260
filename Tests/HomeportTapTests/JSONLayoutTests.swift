import Testing

@testable import HomeportTap

struct JSONLayoutTests {
    private func lines(_ text: String) -> String? {
        JSONLayout.lines(of: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func eachValueHasALine() {
        let text = #"{"b":1.50,"a":[true, {"c" :"x, {\"y\": 1}\\"},[ ],{}],"é":null}"#
        let laid = """
            {
              "b": 1.50,
              "a": [
                true,
                {
                  "c": "x, {\\"y\\": 1}\\\\"
                },
                [],
                {}
              ],
              "é": null
            }
            """
        #expect(lines(text) == laid)
        #expect(lines("[]\n") == "[]")
    }

    @Test(arguments: ["", "1", "{\n}", "{\"a\":", "[1] x", "plain"])
    func whatIsNoneOrHasLinesStays(text: String) {
        #expect(lines(text) == nil)
    }

    @Test func aDeepOneTakesNoMoreThanItsIndentation() throws {
        let deep =
            String(repeating: "[", count: 300) + String(repeating: "1,", count: 5000) + "1"
            + String(repeating: "]", count: 300)
        let laid = try #require(lines(deep))
        #expect(laid.utf8.count < 35 * deep.utf8.count)
    }
}
