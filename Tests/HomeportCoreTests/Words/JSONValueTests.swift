import HomeportCore
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct JSONValueTests {
    @Test func isEncodedAsWhatItIs() throws {
        let value: JSONValue = ["text": "a\"b", "list": [1, true, .null, .list([])], "object": ["n": .integer(.min)]]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        #expect(text == #"{"list":[1,true,null,[]],"object":{"n":-9223372036854775808},"text":"a\"b"}"#)
    }
}
