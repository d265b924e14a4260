import HTTPTestSupport
import HomeportHTTP
import Testing

/// What the parser and the framing rules accept and refuse: RFC 9112, sections 2 to 7.
@Suite struct RequestParserTests {
    static let host = "Host: a\r\n"

    @Test func aPlainRequestIsReadAsItStands() throws {
        let message = try only(
            "GET /a/b?c=d HTTP/1.1\r\nHost: localhost:80\r\nX-Empty:\r\nX-Blank: \t a b\t \r\n\r\n"
        )
        #expect(message.method == Array("GET".utf8))
        #expect(message.target == Array("/a/b?c=d".utf8))
        #expect(message.authority == Array("localhost:80".utf8))
        #expect(message.minorVersion == 1)
        #expect(
            message.fields.map { String(decoding: $0.name, as: UTF8.self) } == ["Host", "X-Empty", "X-Blank"]
        )
        #expect(message.fields.map { String(decoding: $0.value, as: UTF8.self) } == ["localhost:80", "", "a b"])
        #expect(message.framing == .none)
        #expect(message.keepsAlive)
    }

    @Test(arguments: ["GET", "HEAD", "get", "M-SEARCH", "!#$%&'*+-.^_`|~09azAZ"])
    func everyTokenIsAMethod(_ method: String) throws {
        #expect(try only("\(method) / HTTP/1.1\r\n\(Self.host)\r\n").method == Array(method.utf8))
    }

    @Test func oneEmptyLineBeforeARequestIsForgiven() throws {
        let message = try only("\r\nGET / HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(message.method == Array("GET".utf8))
        #expect(message.target == Array("/".utf8))
        #expect(message.authority == Array("a".utf8))
        refuses("\r\n\r\nGET / HTTP/1.1\r\n\(Self.host)\r\n", 400, "framing.request-line")
    }

    @Test(arguments: [
        ("GET  / HTTP/1.1", 400), ("GET /  HTTP/1.1", 400), ("GET / HTTP/1.1 ", 400), (" GET / HTTP/1.1", 400),
        ("GET\t/\tHTTP/1.1", 400), ("GET HTTP/1.1", 400), ("GET  HTTP/1.1", 400), ("GET /a b HTTP/1.1", 400),
        ("GET / http/1.1", 400), ("GET / HTTQ/1.1", 400), ("GET / HTTP/1.10", 400), ("GET / HTTP/01.1", 400),
        ("GET / HTTP/1,1", 400), ("GET / HTTP/1", 400), ("GET /", 400), ("GET", 400), ("GE(T / HTTP/1.1", 400),
        ("GET a HTTP/1.1", 400), ("GET /a#b HTTP/1.1", 400), ("GET /\u{0} HTTP/1.1", 400),
        ("GET /\u{1} HTTP/1.1", 400), ("GET /\u{7f} HTTP/1.1", 400), ("GET /\r HTTP/1.1", 400),
        ("GET / HTTP/1.1\r", 400), ("GET / HTTP/2.0", 505), ("GET / HTTP/0.9", 505), ("PRI * HTTP/2.0", 505),
        ("GET / HTTP/9.9", 505), ("\u{16}\u{3}\u{1}", 400), ("é / HTTP/1.1", 400), (": / HTTP/1.1", 400),
    ])
    func aRequestLineThatIsNotExactIsRefused(_ line: String, _ status: Int) {
        refuses("\(line)\r\n\(Self.host)\r\n", status)
    }

    @Test func aHigherMinorVersionIsReadAsTheHighestKnown() throws {
        #expect(try only("GET / HTTP/1.2\r\n\(Self.host)\r\n").minorVersion == 1)
        #expect(try only("GET / HTTP/1.0\r\n\r\n").minorVersion == 0)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\n\n", "\r\n\n",
    ])
    func aBareLineFeedIsRefused(_ head: String) { refuses(head, 400, "framing.bare-lf") }

    @Test(arguments: [
        "X : y", "X\t: y", ": y", "X", "X Y: z", "X(Y): z", "X\u{0}Y: z", "X: a\u{0}b", "Xé: y", "X: a\r\n b",
        "X: a\r\n\tb", "X: a\rb", "X: a\r", "X: \u{7f}", "X: \u{b}", "\rX: y", "\"X\": y",
    ])
    func aFieldLineThatIsNotExactIsRefused(_ line: String) {
        refuses("GET / HTTP/1.1\r\n\(Self.host)\(line)\r\n\r\n", 400)
    }

    @Test func aBlankBeforeTheFirstFieldIsRefused() {
        refuses("GET / HTTP/1.1\r\n \(Self.host)\r\n", 400, "framing.fold")
    }

    @Test func aValueMayHoldBytesBeyondASCII() throws {
        let bytes =
            Array("GET /".utf8) + [0xC3, 0xA9] + Array(" HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xFF, 0x80]
            + Array("\r\n\r\n".utf8)
        let message = try #require(Transcript.read(bytes).messages.first)
        #expect(message.target == Array("/".utf8) + [0xC3, 0xA9])
        #expect(message.fields.last?.value == [0xFF, 0x80])
    }

    // MARK: Targets

    @Test(arguments: [
        ("GET http://b/x?y HTTP/1.1", "b"), ("GET HTTP://b:8/ HTTP/1.1", "b:8"),
        ("GET https://[::1]:8 HTTP/1.1", "[::1]:8"),
        ("OPTIONS * HTTP/1.1", "a"), ("CONNECT b:443 HTTP/1.1", "b:443"), ("GET /http://b/ HTTP/1.1", "a"),
        ("GET http://b?x HTTP/1.1", "b"), ("CONNECT [::1]:443 HTTP/1.1", "[::1]:443"),
    ])
    func theAuthorityIsTheTargetsElseTheHosts(_ line: String, _ authority: String) throws {
        #expect(try only("\(line)\r\n\(Self.host)\r\n").authority == Array(authority.utf8))
    }

    @Test(arguments: [
        "GET * HTTP/1.1", "GET b:80 HTTP/1.1", "CONNECT / HTTP/1.1", "CONNECT b HTTP/1.1", "CONNECT b: HTTP/1.1",
        "CONNECT http://b/ HTTP/1.1", "CONNECT * HTTP/1.1", "CONNECT :80 HTTP/1.1", "GET http:///x HTTP/1.1",
        "GET http:// HTTP/1.1", "GET http://me@b/ HTTP/1.1", "GET http://b:x/ HTTP/1.1", "GET ftp://b/ HTTP/1.1",
        "GET http:/b/ HTTP/1.1", "OPTIONS ** HTTP/1.1", "GET http://b\\c/ HTTP/1.1", "CONNECT b:70000 HTTP/1.1",
    ])
    func aTargetOfTheWrongFormIsRefused(_ line: String) {
        refuses("\(line)\r\n\(Self.host)\r\n", 400, "framing.target")
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/a?b", "/a", "b"), ("/a?", "/a", ""), ("/?a?b", "/", "a?b"), ("http://b", "", nil),
            ("http://b?x", "", "x"), ("http://b/c?x/y", "/c", "x/y"),
        ] as [(String, String, String?)]
    )
    func theTargetIsDividedAtItsFirstQuestionMark(_ target: String, _ path: String, _ query: String?) throws {
        let head = try head("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(head.text(head.path) == path)
        #expect(head.query.map { head.text($0) } == query)
        #expect(head.methodText == "GET")
    }

    // MARK: Limits

    @Test func aRequestLineOfExactlyTheLimitIsAccepted() throws {
        let limits = HTTPLimits()
        let target = "/" + String(repeating: "x", count: limits.requestLine - "GET / HTTP/1.1".utf8.count)
        _ = try only("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n")
        refuses("GET \(target)x HTTP/1.1\r\n\(Self.host)\r\n", 414, "framing.target-length")
        refuses("GET \(target)" + String(repeating: "x", count: 20), 414, "framing.target-length")
    }

    @Test func aMethodThatDoesNotEndIsNoLongTarget() {
        refuses(String(repeating: "x", count: 20_000), 400, "framing.method")
        refuses(String(repeating: "x", count: 20_000) + " / HTTP/1.1\r\n\r\n", 400, "framing.method")
    }

    @Test func fieldsOfExactlyTheLimitAreAccepted() throws {
        let limits = HTTPLimits()
        let line = "X: " + String(repeating: "y", count: limits.fields - Self.host.utf8.count - 3)
        _ = try only("GET / HTTP/1.1\r\n\(Self.host)\(line)\r\n\r\n")
        refuses("GET / HTTP/1.1\r\n\(Self.host)\(line)y\r\n\r\n", 431, "framing.fields")
        refuses("GET / HTTP/1.1\r\n\(Self.host)\(line)yyy", 431, "framing.fields")
    }

    @Test func tooManyFieldsAreRefused() throws {
        let limits = HTTPLimits()
        let lines = (1..<limits.fieldCount).map { "X-\($0): y\r\n" }.joined()
        _ = try only("GET / HTTP/1.1\r\n\(Self.host)\(lines)\r\n")
        refuses("GET / HTTP/1.1\r\n\(Self.host)\(lines)X: y\r\n\r\n", 431, "framing.fields")
    }

    // MARK: Host

    @Test(arguments: [
        "local host", "localhost/", "me@localhost", "localhost:http", "[::1", "::1", "[::g]", "/", "http://localhost",
        "a:80:80", "a\\b", "a?", "a#", "%zz", "<x>", "a:70000", ":80", "[]", "[abc]", "[1:2:3:4:5:6:7]", "[::1]x",
        "[1::2::3]", "[:1]", "[1:]", "[12345::]", "[::1.2.3]", "[::1.2.3.400]", "[1:2:3:4:5:6:7:8:9]", "%4", "a:-1",
    ])
    func aHostThatIsNoAuthorityIsRefused(_ host: String) {
        refuses("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", 400, "framing.host")
    }

    @Test(arguments: [
        "", "localhost", "localhost:80", "localhost:", "127.0.0.1", "[::1]", "[::]:80", "[2001:db8::1]", "a.b-c_d~e",
        "xn--mller-kva", "%41", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:1.2.3.4]", "[1::]", "a:65535",
    ])
    func aHostThatIsAnAuthorityIsAccepted(_ host: String) throws {
        #expect(try only("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").authority == Array(host.utf8))
    }

    @Test func hostStandsExactlyOnce() throws {
        refuses("GET / HTTP/1.1\r\n\r\n", 400, "framing.host")
        refuses("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "framing.host")
        refuses("GET http://a/ HTTP/1.1\r\n\r\n", 400, "framing.host")
        refuses("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "framing.host")
        #expect(try only("GET / HTTP/1.0\r\n\r\n").authority.isEmpty)
    }

    // MARK: Bodies

    @Test(arguments: [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: chunked", "Content-Length: 0"], 400),
        (["Transfer-Encoding: gzip, chunked"], 501), (["Transfer-Encoding: xchunked"], 501),
        (["Transfer-Encoding: identity"], 501), (["Transfer-Encoding: chunked;x=y"], 501),
        (["Transfer-Encoding: \"chunked\""], 501), (["Transfer-Encoding: chunked, gzip"], 400),
        (["Transfer-Encoding: chunked, chunked"], 400),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], 400), (["Transfer-Encoding:"], 400),
        (["Transfer-Encoding: ,"], 400), (["Transfer-Encoding: \u{b}chunked"], 400),
        (["Transfer-Encoding : chunked"], 400),
        (["Content-Length: +5"], 400), (["Content-Length: -5"], 400), (["Content-Length: 0x5"], 400),
        (["Content-Length: 5 5"], 400), (["Content-Length: 5,5"], 400), (["Content-Length:"], 400),
        (["Content-Length: 9223372036854775808"], 400), (["Content-Length: 18446744073709551621"], 400),
        (["Content-Length: 5", "Content-Length: 6"], 400), (["Content-Length: ²"], 400),
    ])
    func aBodyWhoseLengthIsInDoubtIsRefused(_ lines: [String], _ status: Int) {
        refuses("POST / HTTP/1.1\r\n\(Self.host)\(lines.map { $0 + "\r\n" }.joined())\r\n", status)
    }

    @Test func aTransferCodingInHTTP10IsRefused() {
        refuses("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "framing.coding")
    }

    @Test(arguments: [
        (["Content-Length: 5"], RequestHead.Body.length(5)), (["Content-Length: 005"], .length(5)),
        (["Content-Length: 5", "content-length: 5"], .length(5)), (["Content-Length: 0"], .none), ([], .none),
        (["Content-Length: 9223372036854775807"], .length(.max)), (["Transfer-Encoding: ChunKed"], .chunked),
        (["Transfer-Encoding: , chunked ,"], .chunked), (["Transfer_Encoding: chunked"], .none),
    ])
    func aBodyHasTheLengthThatTheFieldsTell(_ lines: [String], _ body: RequestHead.Body) throws {
        #expect(try head("POST / HTTP/1.1\r\n\(Self.host)\(lines.map { $0 + "\r\n" }.joined())\r\n").body == body)
    }

    @Test func connectHasNoBody() throws {
        refuses("CONNECT a:1 HTTP/1.1\r\n\(Self.host)Content-Length: 5\r\n\r\n", 400, "framing.connect")
        refuses("CONNECT a:1 HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n", 400, "framing.connect")
        _ = try only("CONNECT a:1 HTTP/1.1\r\n\(Self.host)Content-Length: 0\r\n\r\n")
    }

    @Test func bodiesAndTheRequestsBehindThemAreTakenApart() throws {
        let first = "POST /1 HTTP/1.1\r\n\(Self.host)Content-Length: 5\r\n\r\nhello"
        let second =
            "POST /2 HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n02\r\nde\r\n0\r\nX: y\r\n\r\n"
        let read = Transcript.read(Array((first + second + "\r\nGET /3 HTTP/1.1\r\n\(Self.host)\r\nGE").utf8))
        #expect(read.messages.map(\.target) == ["/1", "/2", "/3"].map { Array($0.utf8) })
        #expect(read.messages.map(\.body) == ["hello", "abcde", ""].map { Array($0.utf8) })
        #expect(
            read.messages.map(\.end) == [first.utf8.count, first.utf8.count + second.utf8.count, read.messages[2].end]
        )
        #expect(read.ending == .insideHead)
    }

    // MARK: Connection and Expect

    @Test(
        arguments: [
            ("HTTP/1.1", nil, true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "Keep-Alive, CLOSE", false),
            ("HTTP/1.1", "keep-alive", true), ("HTTP/1.1", "upgrade, ,x", true), ("HTTP/1.1", "closed", true),
            ("HTTP/1.0", nil, false), ("HTTP/1.0", "keep-alive", true), ("HTTP/1.0", "keep-alive, close", false),
            ("HTTP/1.1", "\"close\"", true),
        ] as [(String, String?, Bool)]
    )
    func theConnectionGoesOnUnlessOneOfTheTwoEndsIt(_ version: String, _ option: String?, _ goesOn: Bool) throws {
        let line = option.map { "Connection: \($0)\r\n" } ?? ""
        #expect(try head("GET / \(version)\r\n\(Self.host)\(line)\r\n").keepsAlive == goesOn)
    }

    @Test func anExpectationIsKnownOrRefused() throws {
        #expect(try head("PUT / HTTP/1.1\r\n\(Self.host)Expect: 100-Continue\r\n\r\n").expectsContinue)
        #expect(try head("PUT / HTTP/1.0\r\nExpect: cheese\r\n\r\n").expectsContinue == false)
        refuses("PUT / HTTP/1.1\r\n\(Self.host)Expect: cheese\r\n\r\n", 417, "framing.expect")
        refuses("PUT / HTTP/1.1\r\n\(Self.host)Expect: 100-continue, cheese\r\n\r\n", 417, "framing.expect")
    }
}
