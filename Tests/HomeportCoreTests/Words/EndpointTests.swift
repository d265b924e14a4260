import HomeportCore
import LiveTestSupport
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("62893", "localhost:62893"), ("localhost:80", "localhost:80"), ("127.0.0.1:5432", "127.0.0.1:5432"),
        ("[::1]:8080", "[::1]:8080"), ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://3000", "http://localhost:3000"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"), ("tcp://127.0.0.1:5432", "tcp://127.0.0.1:5432"),
        ("udp://0.0.0.0:53", "udp://0.0.0.0:53"), ("https://[2001:db8:0:0::1]:443", "https://[2001:db8::1]:443"),
        ("unix:/run/db.sock", "unix:/run/db.sock"), ("http://unix:/run/x/", "http://unix:/run/x/"),
        ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80"), ("unix:/päth with spaces", "unix:/päth with spaces"),
    ])
    func readsAndPrints(written: String, printed: String) throws {
        let endpoint = try Endpoint(parsing: written)
        #expect(endpoint.description == printed)
        #expect(try Endpoint(parsing: printed) == endpoint)
    }

    @Test func whatIsPrintedReadsBack() throws {
        var random = Seeded(5)
        for _ in 0..<2000 {
            let port = try #require(Port(UInt16(random.next() % 65535) + 1))
            let place: Endpoint.Place =
                switch random.next() % 4 {
                case 0: .loopback(port)
                case 1: .ipv4(IPv4(bits: UInt32(truncatingIfNeeded: random.spread())), port)
                case 2: .ipv6(IPv6(high: random.spread(), low: random.spread()), port)
                default: .unix("/" + String(random.next(), radix: 36))
                }
            let schemes: [Endpoint.Scheme?] = [nil] + Endpoint.Scheme.allCases
            let endpoint = Endpoint(place, scheme: schemes[Int(random.next() % UInt64(schemes.count))])
            #expect(try Endpoint(parsing: "\(endpoint)") == endpoint)
        }
    }

    @Test(arguments: [
        ("", "\"\" is neither an IP address nor localhost", "write 127.0.0.1:8080"),
        (":8080", "\"\" is neither an IP address nor localhost", "write 127.0.0.1:8080"),
        ("localhost", "it has no port", "write localhost:8080"),
        ("http://localhost", "it has no port", "write http://localhost:8080"),
        ("127.0.0.1", "it has no port", "write 127.0.0.1:8080"),
        ("[::1]", "it has no port", "write [::1]:8080"),
        (
            "example.com", "\"example.com\" is neither an IP address nor localhost",
            "write 127.0.0.1:8080 for this machine; for another one, its IP address"
        ),
        (
            "example.com:443", "\"example.com\" is neither an IP address nor localhost",
            "write 127.0.0.1:443 for this machine; for another one, its IP address"
        ),
        ("::1:8080", "an IPv6 address needs brackets", "write [::1]:8080, in YAML with quotes around it"),
        ("::1", "an IPv6 address needs brackets", "write [::1]:8080, in YAML with quotes around it"),
        ("[::g]:80", "no IPv6 address between [ and ]", "write [::1]:8080"),
        ("[::1:80", "no IPv6 address between [ and ]", "write [::1]:8080"),
        ("127.1:80", "\"127.1\" is neither an IP address nor localhost", "write 127.0.0.1:80"),
        ("0177.0.0.1:80", "\"0177.0.0.1\" is neither an IP address nor localhost", "write 127.0.0.1:80"),
        ("2130706433:80", "\"2130706433\" is neither an IP address nor localhost", "write 127.0.0.1:80"),
        ("127.0.0.1:0", "port 0 is out of range", "write a number from 1 to 65535"),
        ("70000", "port 70000 is out of range", "write a number from 1 to 65535"),
        ("127.0.0.1:http", "\"http\" is not a port", "write a number from 1 to 65535"),
        ("http://localhost:3000/api", "a path has no place in it", "leave out what follows the port"),
        ("htpp://localhost:80", "\"htpp\" is no scheme", "write http://localhost:80"),
        ("postgres://localhost:5432", "\"postgres\" is no scheme", "known: http://, https://, tcp://, udp://"),
        ("unix:relative", "a unix socket needs an absolute path", "write unix:/path/to/socket"),
        ("unix:", "a unix socket needs an absolute path", "write unix:/path/to/socket"),
    ])
    func saysWhichPartIsWrong(text: String, why: String, fix: String) throws {
        let error = try problem { try Endpoint(parsing: text) }
        #expect(error.what == "\"\(text)\" is not an endpoint: \(why)")
        #expect(error.fix == fix)
    }

    @Test func aSocketPathThatDoesNotFitIsRefused() throws {
        let longest = "/" + String(repeating: "x", count: 106)
        #expect(try Endpoint(parsing: "unix:\(longest)").place == .unix(longest))
        let error = try problem { try Endpoint(parsing: "unix:\(longest)x") }
        #expect(error.what.contains("has 108 bytes"))
        #expect(error.fix == "choose a shorter path")
    }

    @Test func aNulByteNeverHidesWhatFollowsIt() {
        #expect(IPv4("127.0.0.1\0.evil.test") == nil)
        #expect(IPv6("::1\0") == nil)
        #expect(throws: HomeportError.self) { try Endpoint(parsing: "unix:/run/a\0b") }
        #expect(throws: HomeportError.self) { try Endpoint(parsing: "127.0.0.1\0:80") }
    }

    @Test(arguments: [
        ("62893", true), ("127.9.9.9:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true), ("unix:/x", true),
        ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false), ("[fe80::1]:1", false), ("128.0.0.1:1", false),
        ("[::ffff:128.0.0.1]:1", false), ("[::2]:1", false),
    ])
    func knowsWhetherItIsLoopback(text: String, isLoopback: Bool) throws {
        #expect(try Endpoint(parsing: text).isLoopback == isLoopback)
    }

    @Test func theAnyAddressesAreKnown() throws {
        #expect(try #require(IPv4("0.0.0.0")).isAny)
        #expect(try #require(IPv6("::")).isAny)
        #expect(try !#require(IPv6("::1")).isAny)
    }

    @Test(arguments: [
        "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "", "a.b.c.d",
    ])
    func oldSpellingsOfIPv4AreNone(text: String) { #expect(IPv4(text) == nil) }

    @Test(arguments: ["", ":", ":::", "1::2::3", "::1%lo", "12345::", "::1.2.3", "[::1]"])
    func whatIsNoIPv6IsNone(text: String) { #expect(IPv6(text) == nil) }
}
