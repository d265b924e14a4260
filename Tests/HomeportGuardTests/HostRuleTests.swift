import HomeportCore
import Testing

@testable import HomeportGuard

@Suite struct HostRuleTests {
    private func allows(_ rule: HostRule, _ host: String) -> Bool { rule.allows(Array(host.utf8).span) }

    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost.", "localhost:62893", "localhost.:80", "api.localhost", "API.LocalHost.",
        "a.b.localhost:1", "127.0.0.1", "127.0.0.1:62893", "127.0.0.1.", "127.1.2.3", "127.255.255.255:80", "[::1]",
        "[::1]:62893", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:80", "localhost:",
    ])
    func whatNoAttackerCanOwnIsLetIn(host: String) { #expect(allows(HostRule(), host)) }

    @Test(arguments: [
        "", ".", ":80", "evil.example", "localhost.evil.example", "evil-localhost", "xlocalhost",
        "127.0.0.1.evil.example",
        "0.0.0.0", "0.0.0.0:62893", "[::]", "[::]:80", "0", "0:80", "2130706433", "0x7f000001", "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1", "127.1", "127.0.1", "10.0.0.1", "192.168.1.20:80", "[fe80::1]", "[2001:db8::1]:80", "[]", "[",
        "[::1", "[::12", "localhost..", "128.0.0.1", "[::ffff:10.0.0.1]",
    ])
    func everythingElseIsForeign(host: String) { #expect(!allows(HostRule(), host)) }

    @Test(arguments: [
        ("build.lan", true), ("BUILD.lan.:80", true), ("a.example.test", true), ("A.B.EXAMPLE.TEST", true),
        ("example.test", false), (".example.test", false), ("xexample.test", false), ("build.lan.evil.test", false),
        ("xbuild.lan", false), ("10.1.1.1:80", true), ("10.1.1.2", false), ("[2001:db8::1]", true),
        ("[2001:db8:0::1]:80", true), ("[2001:db8::2]", false),
    ])
    func aListedNameIsLetIn(host: String, expected: Bool) throws {
        let listed = ["Build.LAN", "*.example.test.", "10.1.1.1", "2001:db8::1"]
        #expect(allows(HostRule(try listed.map { try HostPattern(parsing: $0) }), host) == expected)
    }

    @Test(arguments: [
        ("192.168.1.20:80", true), ("[2001:db8::1]", true), ("10.0.0.1", true), ("0.0.0.0", false), ("[::]", false),
        ("evil.example", false), ("3232235796", false), ("localhost", true),
    ])
    func aListenerBeyondLoopbackAnswersForItsAddresses(host: String, expected: Bool) {
        #expect(allows(HostRule(allowsOtherAddresses: true), host) == expected)
    }

    @Test(arguments: [
        ("http://build.lan", "write build.lan"), ("build.lan:8080", "write build.lan"),
        ("build.lan/x", "write build.lan"),
        ("[2001:db8::1]:80", "write [2001:db8::1]"),
        ("0.0.0.0", "name the address that others use, such as 192.168.1.20"),
        ("[::]", "name the address that others use, such as 192.168.1.20"), ("", "write build.lan or *.example.test"),
        ("*", "write build.lan or *.example.test"), ("*.", "write build.lan or *.example.test"),
        ("a..b", "write build.lan or *.example.test"), ("127.1", "write build.lan or *.example.test"),
        ("0x7f000001", "write build.lan or *.example.test"), ("a.*.b", "write build.lan or *.example.test"),
    ])
    func aPatternSaysWhatIsTooMuch(text: String, fix: String) throws {
        let error = try #require(throws: HomeportError.self) { try HostPattern(parsing: text) }
        #expect(error.fix == fix)
        #expect(error.code.blame == .words)
    }

    @Test func aNameBeyondASCIIIsAskedForInItsOtherForm() throws {
        let error = try #require(throws: HomeportError.self) { try HostPattern(parsing: "büro.lan") }
        #expect(error.fix?.contains("xn--") == true)
    }
}
