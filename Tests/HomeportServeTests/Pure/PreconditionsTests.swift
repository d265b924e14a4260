import HomeportHTTP
import Testing

@testable import HomeportServe

/// RFC 9110, section 13.2.2, step by step.
@Suite struct PreconditionsTests {
    private let strong = EntityTag(opaque: Array("\"a\"".utf8), isWeak: false)
    private let weak = EntityTag(opaque: Array("\"a\"".utf8), isWeak: true)
    // Sun, 06 Nov 1994 08:49:37 GMT
    private let modified: Int64 = 784_111_777
    private let now: Int64 = 1_700_000_000
    private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    private func judge(
        _ first: String,
        _ second: String = "X: 1",
        asking request: String = "GET /",
        tag: EntityTag? = nil,
        modified: Int64?? = .none
    ) -> Preconditions.Verdict {
        Preconditions.judge(
            RequestHead(request, first, second),
            tag: tag ?? strong,
            modified: modified ?? self.modified,
            now: now
        )
    }

    @Test func withoutConditionsItProceeds() {
        #expect(judge("X: 1") == .proceed)
    }

    @Test func ifMatchComparesStrongly() {
        #expect(judge("If-Match: \"a\"") == .proceed)
        #expect(judge("If-Match: *") == .proceed)
        #expect(judge("If-Match: \"b\", \"a\"") == .proceed)
        #expect(judge("If-Match: \"b\"", "If-Match: \"a\"") == .proceed)
        #expect(judge("If-Match: \"b\"") == .failed)
        #expect(judge("If-Match: W/\"a\"") == .failed)
        #expect(judge("If-Match: \"a\"", tag: weak) == .failed)
        #expect(judge("If-Match: *", tag: weak) == .proceed)
        #expect(judge("If-Match: a") == .failed)
        #expect(judge("If-Match:") == .failed)
    }

    @Test func ifNoneMatchComparesWeakly() {
        #expect(judge("If-None-Match: \"a\"") == .notModified)
        #expect(judge("If-None-Match: W/\"a\"") == .notModified)
        #expect(judge("If-None-Match: \"a\"", tag: weak) == .notModified)
        #expect(judge("If-None-Match: W/\"a\"", tag: weak) == .notModified)
        #expect(judge("If-None-Match: *") == .notModified)
        #expect(judge("If-None-Match: \"b\" , ,\"a\"") == .notModified)
        #expect(judge("If-None-Match: \"b\"", "If-None-Match: \"a\"") == .notModified)
        #expect(judge("If-None-Match: \"b\"") == .proceed)
        #expect(judge("If-None-Match: w/\"a\"") == .proceed, "W/ is case-sensitive")
        #expect(judge("If-None-Match: \"A\"") == .proceed)
    }

    @Test func aTagMayHoldCommasAndBackslashes() {
        #expect(judge("If-None-Match: \"x,y\", \"a\"") == .notModified)
        #expect(judge("If-None-Match: \"x\\\", \"a\"") == .notModified)
        #expect(judge("If-None-Match: \"x,\"a\"") == .proceed)
    }

    @Test func ifNoneMatchRefusesWhatChanges() {
        #expect(judge("If-None-Match: *", asking: "PUT /") == .failed)
        #expect(judge("If-None-Match: \"a\"", asking: "PUT /") == .failed)
        #expect(judge("If-None-Match: \"b\"", asking: "PUT /") == .proceed)
        #expect(judge("If-None-Match: *", asking: "HEAD /") == .notModified)
    }

    @Test func ifUnmodifiedSinceFailsOnlyAfterAChange() {
        #expect(judge("If-Unmodified-Since: \(Self.before)") == .failed)
        #expect(judge("If-Unmodified-Since: \(Self.same)") == .proceed)
        #expect(judge("If-Unmodified-Since: \(Self.after)") == .proceed)
        #expect(judge("If-Unmodified-Since: \(Self.before)", asking: "PUT /") == .failed)
    }

    @Test func ifModifiedSinceIsForReadingOnly() {
        #expect(judge("If-Modified-Since: \(Self.before)") == .proceed)
        #expect(judge("If-Modified-Since: \(Self.same)") == .notModified)
        #expect(judge("If-Modified-Since: \(Self.after)") == .notModified)
        #expect(judge("If-Modified-Since: \(Self.same)", asking: "HEAD /") == .notModified)
        #expect(judge("If-Modified-Since: \(Self.same)", asking: "PUT /") == .proceed)
    }

    @Test func tagsComeBeforeDates() {
        #expect(judge("If-Match: \"a\"", "If-Unmodified-Since: \(Self.before)") == .proceed)
        #expect(judge("If-None-Match: \"b\"", "If-Modified-Since: \(Self.same)") == .proceed)
        #expect(judge("If-None-Match: \"a\"", "If-Modified-Since: \(Self.before)") == .notModified)
    }

    @Test func whatMustMatchComesBeforeWhatMustNot() {
        #expect(judge("If-Match: \"b\"", "If-None-Match: \"a\"") == .failed)
        #expect(judge("If-Match: \"a\"", "If-None-Match: \"a\"") == .notModified)
        #expect(judge("If-Unmodified-Since: \(Self.before)", "If-None-Match: \"a\"") == .failed)
        #expect(judge("If-Unmodified-Since: \(Self.same)", "If-Modified-Since: \(Self.same)") == .notModified)
    }

    @Test func allThreeFormsOfADateAreRead() {
        #expect(judge("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT") == .notModified)
        #expect(judge("If-Modified-Since: Sun Nov  6 08:49:37 1994") == .notModified)
    }

    @Test(arguments: [
        "", "yesterday", "0", "Sun, 06 Nov 1994 08:49:38", "Sun, 32 Nov 2094 08:49:37 GMT",
        "Sun, 06 Nov 2094 25:49:37 GMT", "Sun, 06 Nov 2094 08:49:37 CET", "2094-11-06T08:49:37Z",
    ])
    func aBadDateIsIgnored(date: String) {
        #expect(judge("If-Modified-Since: \(date)") == .proceed)
        #expect(judge("If-Unmodified-Since: \(date)") == .proceed)
    }

    @Test func aFileWithoutATimeIgnoresDates() {
        #expect(judge("If-Modified-Since: \(Self.after)", modified: .some(nil)) == .proceed)
        #expect(judge("If-Unmodified-Since: \(Self.before)", modified: .some(nil)) == .proceed)
    }

    @Test func nothingMatchesWhatIsNotThere() {
        #expect(Preconditions.judgeAbsent(RequestHead("PUT /", "If-Match: *")) == .failed)
        #expect(Preconditions.judgeAbsent(RequestHead("PUT /", "If-Match: \"a\"")) == .failed)
        #expect(Preconditions.judgeAbsent(RequestHead("PUT /", "If-None-Match: *")) == .proceed)
        #expect(Preconditions.judgeAbsent(RequestHead("PUT /", "If-Unmodified-Since: \(Self.same)")) == .proceed)
    }

    @Test func ifRangeNeedsAStrongValidator() {
        func allows(_ value: String, _ tag: EntityTag, modified: Int64? = 784_111_777) -> Bool {
            Preconditions.allowsRange(
                RequestHead("GET /", "If-Range: \(value)"),
                tag: tag,
                modified: modified,
                now: now
            )
        }
        #expect(allows("\"a\"", strong))
        #expect(!allows("\"b\"", strong))
        #expect(!allows("W/\"a\"", strong))
        #expect(!allows("\"a\"", weak))
        #expect(!allows("W/\"a\"", weak))
        #expect(allows(Self.same, strong))
        #expect(!allows(Self.before, strong))
        #expect(!allows(Self.after, strong), "the date has to be equal, not merely late enough")
        #expect(!allows(Self.same, weak), "a file that may still change within the second")
        #expect(!allows(Self.same, strong, modified: nil))
        #expect(!allows("tomorrow", strong))
        #expect(!allows("*", strong))
        #expect(
            Preconditions.allowsRange(RequestHead("GET /"), tag: strong, modified: modified, now: now),
            "without the field, ranges are free"
        )
    }
}
