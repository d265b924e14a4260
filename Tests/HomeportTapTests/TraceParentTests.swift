import Testing

@testable import HomeportTap

/// W3C Trace Context, section 3.2.
struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "b7ad6b7169203331"

    @Test(arguments: [
        "00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-ff", "cc-\(trace)-\(parent)-01-what-comes-later",
        "cc-\(trace)-\(parent)-01",
    ])
    func itIsRead(text: String) throws {
        let read = try #require(TraceParent(text))
        #expect(read.trace == Self.trace && read.parent == Self.parent)
    }

    @Test(arguments: [
        "", "00", "ff-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-01-more", "cc-\(trace)-\(parent)-01.more",
        "00-\(trace.uppercased())-\(parent)-01",
        "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace)-\(parent)-0", "00-\(trace)-\(parent)-0g",
        "00_\(trace)-\(parent)-01", " 00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)x-01",
    ])
    func itIsIgnored(text: String) {
        #expect(TraceParent(text) == nil)
    }
}
