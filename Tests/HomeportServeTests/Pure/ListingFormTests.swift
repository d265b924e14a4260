import HomeportHTTP
import Testing

@testable import HomeportServe

@Suite struct ListingFormTests {
    private func wantsJSON(_ accept: String, query: String = "") -> Bool {
        ListingForm.wantsJSON(RequestHead("GET /", "Accept: \(accept)"), query: query)
    }

    @Test func browsersGetAPage() {
        #expect(!wantsJSON("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"))
        #expect(!wantsJSON("*/*"))
        #expect(!wantsJSON(""))
        #expect(!ListingForm.wantsJSON(RequestHead("GET /"), query: ""))
    }

    @Test func programsGetJSON() {
        #expect(wantsJSON("application/json"))
        #expect(wantsJSON("application/json, */*"))
        #expect(wantsJSON("Application/JSON; charset=utf-8"))
    }

    @Test func whatIsLikedBetterWins() {
        #expect(wantsJSON("text/html;q=0.5, application/json"))
        #expect(!wantsJSON("application/json;q=0.5, text/html"))
        #expect(wantsJSON("application/json, text/html"), "equally liked: the first")
        #expect(!wantsJSON("application/json;q=0"))
    }

    @Test func theQueryDecidesFirst() {
        #expect(wantsJSON("text/html", query: "format=json"))
        #expect(wantsJSON("text/html", query: "a=b&format=json"))
        #expect(!wantsJSON("application/json", query: "format=html"))
        #expect(wantsJSON("application/json", query: "format=xml"))
        #expect(wantsJSON("application/json", query: "reformat=html"))
    }

    @Test func theOrderIsRead() {
        #expect(ListingForm.order("") == ListingOrder())
        #expect(ListingForm.order("sort=size") == ListingOrder(key: .size))
        #expect(ListingForm.order("sort=date&order=desc") == ListingOrder(key: .date, descending: true))
        #expect(ListingForm.order("sort=%00&order=up") == ListingOrder())
    }
}
