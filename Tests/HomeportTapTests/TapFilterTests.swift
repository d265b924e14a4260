import HomeportCore
import NIOCore
import Testing

@testable import HomeportTap

/// The filter language, alone and on rows that were taken down.
struct TapFilterTests {
    private static let store: TapStore = {
        let store = TapStore()
        var record = TapRecord()
        let request = "POST /v1/Orders?q=7 HTTP/1.1\r\nHost: api.localhost:62893\r\nX-User: ada\r\n\r\n"
        let response = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        record.heads = Array((request + response).utf8)
        record.requestHead = request.utf8.count
        (record.method, record.target, record.path) = (0..<4, 5..<19, 5..<15)
        record.authority = 36..<55
        record.service = "api"
        record.status = 503
        (record.began, record.ended) = (1, 250_000_001)
        record.request.append(ByteBuffer(string: #"{"id":7}"#))
        record.response.append(ByteBuffer(string: "upstream Timeout after 200 ms"))
        record.isComplete = true
        store.add(record, as: nil)
        return store
    }()

    private func matches(_ text: String) throws -> Bool {
        let row = try #require(Self.store.row(1))
        return try TapFilter(parsing: text).matches(row, in: Self.store)
    }

    @Test(arguments: [
        "", "status>=500", "status=503", "status=5xx", "status != 4xx", "status<504 and status>502", "status<=5xx",
        "host=api.localhost", "host=API.LOCALHOST", "host=*.localhost", "host~api", "path~/v1/", "path=/v1/orders",
        "target~q=7", "method=post", "service=api", "took>200ms", "took>=250ms", "took<=0.25s", "size>20", "size<1kB",
        "request.size=8B", "type=application/json", "body~timeout", "body~\"after 200 ms\"",
        "request.body~\"\\\"id\\\":7\"",
        "response.body~upstream", "header.x-user=ada", "request.header.X-User~AD", "is:complete",
        "not is:live", "status>=500 and host=api.localhost and path~/v1/ and took>200ms and body~\"timeout\"",
        "status=200 or status=503", "(status=200 or method=POST) and service=api", "not (status=200 or status=404)",
        "status=200 and status=404 or service=api", "not status=200 service=api", "header.none!=x", "upstream!~3000",
        "has:header.x-user", "has:request.body", "not has:error", "has:status and not has:trace",
        "has:type or has:method",
        "path=/*/ord*s", "( ( status=503 ) )", "NOT status=200 AND service=api OR status=1",
    ])
    func itHolds(text: String) throws {
        #expect(try matches(text))
    }

    @Test(arguments: [
        "status<500", "status!=503", "status!=5xx", "status>5xx", "host=localhost", "host=*.example", "path=/v1",
        "method=GET", "took<250ms", "body~nothing", "request.body~timeout", "response.header.x-user=ada", "is:live",
        "not status=503", "status=503 and method=GET", "upstream~3000", "error~x", "path=/v1/*/orders",
        "path=*s/orders",
        "has:header.none", "has:condition", "has:pid",
        "is:refused", "is:failed", "status=200 or status=404",
    ])
    func itDoesNotHold(text: String) throws {
        #expect(try !matches(text))
    }

    @Test(
        arguments: [
            ("stauts=5", "column 1", "did you mean status?"),
            ("status>=500 and (path~/v1/", "column 17", "add ) behind it"),
            ("status", "column 7", "write it as in status>=500"), ("status>=", "column 9", "write one behind it"),
            ("status=abc", "column 8", "write it as in 404 or 5xx"), ("path>5", "column 5", "use = or ~"),
            ("took~5", "column 5", "use =, <, <=, > or >="), ("took>200", "column 6", nil),
            ("body~\"x", "column 6", "add \" behind it"),
            ("status=5 and", "column 13", "write one, as in status>=500"), ("status=5)", "column 9", "leave it out"),
            ("is:alive", "column 1", "did you mean is:live?"), ("()", "column 2", "write one, as in status>=500"),
            ("not", "column 4", "write one, as in status>=500"), (">5", "column 1", "write one, as in status>=500"),
            ("status=5 && path=/", "column 10", "write and"), ("status=5||is:live", "column 9", nil),
            ("status==5", "column 7", "write ="), ("path =~ x", "column 6", "write ~"),
            ("!is:live", "column 1", "as in not is:complete"), ("body~'a b'", "column 6", nil),
            ("service=api -> db", "column 13", "quote the name with \", as in service=\"api -> db\""),
            ("kind=htp", "column 6", nil), ("host=a:80", "column 6", "write host=a, or header.host=a:80"),
            ("host=::1", "column 6", "write host=[::1]"), ("has:stauts", "column 5", "did you mean status?"),
            ("messages>-1", "column 10", "write a whole number from 0"),
            ("status=5 or or", "column 13", nil), ("häder=1 and x=2", "column 1", nil),
        ] as [(String, String, String?)]
    )
    func errorsPointAtTheColumn(text: String, column: String, fix: String?) throws {
        let error = try #require(throws: HomeportError.self) { try TapFilter(parsing: text) }
        #expect(error.code == .filter && error.subject == column, "\(error)")
        if let fix { #expect(error.fix == fix) }
    }

    @Test func whatIsNestedTooDeepOrTooLongIsRefused() throws {
        for text in [
            String(repeating: "(", count: 3000), String(repeating: "not ", count: 900),
            String(repeating: "a", count: 5000),
        ] {
            #expect(throws: HomeportError.self) { try TapFilter(parsing: text) }
        }
        // What is only long is no trouble.
        let many = Array(repeating: "status=503", count: 250).joined(separator: " or ")
        #expect(try matches(many))
    }

    @Test func nothingThatIsTypedEndsTheProcess() {
        let pieces = [
            "status", ">=", "(", ")", "\"", "\\", "and", "or", "not", "~", "5xx", " ", "is:", "header.", "é", "\u{0}",
        ]
        var state: UInt64 = 1
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            if let filter = try? TapFilter(parsing: text), let row = Self.store.row(1) {
                _ = filter.matches(row, in: Self.store)
            }
        }
    }
}
