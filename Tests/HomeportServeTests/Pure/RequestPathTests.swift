import Testing

@testable import HomeportServe

@Suite struct RequestPathTests {
    private func decode(_ path: String) -> RequestPath.Verdict { withSpan(path, RequestPath.decode) }

    private func names(_ path: String) -> [String]? {
        guard case .path(let path) = decode(path) else { return nil }
        return path.segments.map { String(decoding: $0, as: UTF8.self) }
    }

    private func isMalformed(_ path: String) -> Bool { if case .malformed = decode(path) { true } else { false } }

    @Test func namesAreDecodedOnce() {
        #expect(names("/a/b.txt") == ["a", "b.txt"])
        #expect(names("/a%20b/c%2Ed") == ["a b", "c.d"])
        #expect(names("/%2541") == ["%41"])
        #expect(names("/a+b") == ["a+b"])
        #expect(names("/gr%C3%BC%c3%9fe") == ["grüße"])
    }

    @Test func theRootIsNoName() {
        for path in ["", "/", "//", "/.", "/./", "/a/.."] {
            #expect(decode(path) == .path(RequestPath(segments: [], hasTrailingSlash: true)), "\(path)")
        }
    }

    @Test(arguments: [
        "/..", "/../", "/../etc/passwd", "/%2e%2e", "/%2E%2e/a", "/.%2e/a", "/%2e./a", "/a/../..", "/a/../../b",
        "/./..", "//../a", "/a/%2e%2e/%2e%2e/b",
    ])
    func leadingAboveTheRootIsRefused(path: String) {
        #expect(isMalformed(path))
    }

    @Test func dotSegmentsInsideAreRemoved() {
        #expect(names("/a/../b") == ["b"])
        #expect(names("/a/%2e%2e/b") == ["b"])
        #expect(names("/a/./b/.") == ["a", "b"])
        #expect(names("/a/b/../c/%2e/d") == ["a", "c", "d"])
        #expect(names("/...") == nil, "a name that starts with a dot is hidden, not a dot segment")
    }

    @Test func aDotSegmentAtTheEndMeansItsFolder() {
        for path in ["/a/", "/a/.", "/a/b/..", "/a//", "/a/%2E"] {
            #expect(
                decode(path) == .path(RequestPath(segments: [Array("a".utf8)], hasTrailingSlash: true)),
                "\(path)"
            )
        }
    }

    @Test func emptySegmentsDoNotCount() {
        #expect(names("//a///b") == ["a", "b"])
        #expect(names("//evil.example/a") == ["evil.example", "a"])
    }

    @Test(arguments: ["/a%2Fb", "/a%2fb", "/%2F", "/..%2f..", "/a%5Cb", "/a%5cb", "/a\\b", "/..\\a", "/..%5c.."])
    func separatorsThatAreDataNameNothing(path: String) {
        #expect(decode(path) == .notFound)
    }

    @Test(arguments: ["/%00", "/a%00.txt", "/a/%00/b"])
    func nulIsRefused(path: String) {
        #expect(isMalformed(path))
    }

    @Test(arguments: ["/%", "/%4", "/%4/", "/%zz", "/a%4g", "/%-1", "/%+1"])
    func halfAnEscapeIsRefused(path: String) {
        #expect(isMalformed(path))
    }

    @Test(arguments: [
        "/%C0%AE%C0%AE", "/%c0%af", "/%C1%9C", "/%E0%80%AF", "/%F0%80%80%AF", "/%F8%80%80%80%AF",
        "/%FC%80%80%80%80%AF", "/a%C0%80",
    ])
    func overlongSequencesAreRefused(path: String) {
        #expect(isMalformed(path))
    }

    @Test func namesThatAreNotUTF8StayBytes() {
        guard case .path(let path) = decode("/caf%E9/%FF%FE") else { return #expect(Bool(false)) }
        #expect(path.segments == [[0x63, 0x61, 0x66, 0xE9], [0xFF, 0xFE]])
        #expect(path.encoded == "/caf%E9/%FF%FE")
        #expect(path.display == "/caf\u{FFFD}/\u{FFFD}\u{FFFD}")
    }

    @Test(arguments: [
        "/.git/config", "/.env", "/a/.env", "/%2eenv", "/.homeport/live", "/a/.well-known/x", "/.well-known/.x",
        "/.well-knowns", "/.WELL-KNOWN/x",
    ])
    func hiddenNamesNameNothing(path: String) {
        #expect(decode(path) == .notFound)
    }

    @Test func theWellKnownFolderIsNotHidden() {
        #expect(names("/.well-known/security.txt") == [".well-known", "security.txt"])
    }

    @Test func whatIsHiddenIsSettledAfterDotSegmentsAre() {
        #expect(names("/.git/../a") == ["a"])
        #expect(decode("/a/../.git") == .notFound)
    }

    @Test func everyByteOfANameSurvivesItsLink() {
        for byte in UInt8.min ... .max where byte != 0 && byte != 0x2F && byte != 0x5C {
            let name: [UInt8] = [0x61, byte, 0x7A]
            let link = "/" + RequestPath.encode(name)
            #expect(decode(link) == .path(RequestPath(segments: [name], hasTrailingSlash: false)), "\(byte)")
        }
    }

    @Test func noEncodedPathNamesAHost() {
        for path in ["//evil.example/", "///a", "/%2e//b"] {
            guard case .path(let path) = decode(path) else { continue }
            #expect(path.encoded.hasPrefix("/") && !path.encoded.hasPrefix("//"))
        }
    }

    @Test func aPathWithoutItsSlashIsRefused() {
        #expect(isMalformed("a"))
        #expect(isMalformed("*"))
    }
}
