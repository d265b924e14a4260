import HomeportCore
import LiveTestSupport
import Testing

@Suite struct ServiceNameTests {
    @Test(arguments: [
        "a", "api", "web-2", "0", "a--b", "x23456789-123456789-123456789-123456789-123456789-123456789-123",
    ])
    func isOneLabel(text: String) throws {
        let name = try ServiceName(parsing: text)
        #expect(name.description == text)
        #expect(name.host == "\(text).localhost")
    }

    @Test(arguments: [
        ("Api", "write api"), ("my_service", "write my-service"), ("my service", "write my-service"),
        ("-api-", "write api"), ("api.v2", "write api-v2"), ("", "write it as in api or web-2"),
        ("---", "write it as in api or web-2"), ("日本", "write it as in api or web-2"),
        ("Homeport", "write it as in api or web-2"),
        (String(repeating: "x", count: 64), "write \(String(repeating: "x", count: 63))"),
    ])
    func anythingElseIsOfferedWhatItCouldBe(text: String, fix: String) throws {
        #expect(try problem { try ServiceName(parsing: text) }.fix == fix)
    }

    @Test(arguments: ["homeport", "localhost"])
    func theReservedNamesAreRefused(text: String) throws {
        let error = try problem { try ServiceName(parsing: text) }
        #expect(error.what == "the name \"\(text)\" is reserved")
        #expect(error.fix == "choose another, such as my-\(text)")
    }

    @Test(arguments: [
        ("My Shop (copy)", "my-shop-copy"), ("shop", "shop"), ("", "project"), ("...", "project"),
        ("homeport", "project"),
        ("Café", "caf"), ("/", "project"),
        (String(repeating: "ab-", count: 40), String(repeating: "ab-", count: 20) + "ab"),
    ])
    func isMadeFromAnyText(text: String, expected: String) {
        #expect(ServiceName(madeFrom: text).text == expected)
    }

    @Test func whatIsMadeFromTextIsAlwaysAllowed() throws {
        var random = Seeded(6)
        for _ in 0..<500 {
            let scalars = (0..<Int(random.next() % 80)).compactMap { _ in Unicode.Scalar(UInt32(random.next() % 0x250))
            }
            let made = ServiceName(madeFrom: String(String.UnicodeScalarView(scalars)))
            #expect(try ServiceName(parsing: made.text) == made)
        }
    }
}
