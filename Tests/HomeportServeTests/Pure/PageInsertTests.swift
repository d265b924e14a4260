import NIOCore
import Testing

@testable import HomeportServe

@Suite struct PageInsertTests {
    private let insert = PageInsert(markup: "<!>", variant: "test")

    private func inserted(_ page: String) -> String {
        String(buffer: insert.inserted(into: ByteBuffer(string: page)))
    }

    @Test func itStandsBeforeTheLastEndOfABody() {
        #expect(inserted("<body>a</body></html>") == "<body>a<!></body></html>")
        #expect(inserted("<BODY>a</BODY >") == "<BODY>a<!></BODY >")
        #expect(inserted("'</body>'</body>") == "'</body>'<!></body>")
    }

    @Test func withoutOneItStandsAtTheEnd() {
        #expect(inserted("<p>a") == "<p>a<!>")
        #expect(inserted("") == "<!>")
        #expect(inserted("</bod") == "</bod<!>")
        #expect(inserted("</body") == "<!></body")
    }
}
