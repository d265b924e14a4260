import Testing

@testable import HomeportTap

/// Two messages beside one another.
struct MessageDiffTests {
    private func side(_ line: String, _ fields: [(String, String)], _ body: String) -> MessageDiff.Side {
        MessageDiff.Side(
            line: line,
            fields: fields.map { (name: $0.0, value: $0.1) },
            body: Array(body.utf8),
            length: Int64(body.utf8.count)
        )
    }

    private func bodies(_ before: String, _ after: String) -> [String] {
        MessageDiff(side("", [], before), side("", [], after)).changes
            .map { "\($0.place): \($0.before ?? "–") → \($0.after ?? "–")" }
    }

    @Test func equalOnesDoNotDiffer() {
        let one = side("GET / HTTP/1.1", [("A", "1"), ("b", "2")], "x")
        #expect(MessageDiff(one, one).changes.isEmpty)
        // Case and order of fields do not count, spaces in JSON neither.
        let (before, after) = (
            side("", [("A", "1"), ("b", "2")], #"{"x": 1.0, "y": []}"#),
            side("", [("B", "2"), ("a", "1")], #"{"y":[],"x":1}"#)
        )
        #expect(MessageDiff(before, after).changes.isEmpty)
    }

    @Test func linesAndFields() {
        let changes = MessageDiff(
            side("HTTP/1.1 200 OK", [("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Gone", "x")], ""),
            side("HTTP/1.1 503 No", [("set-cookie", "a"), ("New", "")], "")
        )
        .changes
        #expect(
            changes == [
                .init(place: "line", before: "HTTP/1.1 200 OK", after: "HTTP/1.1 503 No"),
                .init(place: "field gone", before: "x"),
                .init(place: "field new", after: ""), .init(place: "field set-cookie", before: "a, b", after: "a"),
            ]
        )
    }

    @Test func placesThatDoNotCountAreLeftOut() {
        let (before, after) = (
            side(
                "HTTP/1.1 200 OK",
                [("Date", "1"), ("ETag", "a")],
                #"{"time": 1, "all": [{"id": 1, "n": 1}, {"id": 2}]}"#
            ),
            side(
                "HTTP/1.1 200 OK",
                [("Date", "2"), ("ETag", "b")],
                #"{"time": 2, "all": [{"id": 3, "n": 2}, {"id": 4}]}"#
            )
        )
        func places(_ ignored: String...) -> [String] {
            MessageDiff(before, after, ignoring: DifferencePlaces(ignored)).changes.map(\.place)
        }
        #expect(places().count == 6)
        #expect(places("field date", "body $.time", "body $.all[*].id") == ["field etag", "body $.all[0].n"])
        #expect(places("*").isEmpty)
    }

    @Test func jsonByItsStructure() {
        #expect(
            bodies(
                #"{"a": {"b": [1, 2, 3]}, "gone": null, "same": true}"#,
                #"{"a": {"b": [1, "2"]}, "same": true, "new": {"x": 1.5}}"#
            )
                == [
                    #"body $.a.b[1]: 2 → "2""#, "body $.a.b[2]: 3 → –", "body $.gone: null → –",
                    "body $.new: – → {x: 1.5}",
                ]
        )
        #expect(bodies("[1]", "{}") == ["body $: [1] → {}"])
    }

    @Test func largeNumbersAreComparedToTheLastDigit() {
        #expect(
            bodies(#"{"id": 9007199254740993}"#, #"{"id": 9007199254740992}"#)
                == ["body $.id: 9007199254740993 → 9007199254740992"]
        )
    }

    @Test func whatIsNotKeptIsNotCalledEqual() {
        func body(_ hash: String?) -> MessageDiff.Side {
            MessageDiff.Side(line: "", fields: [], body: [1], length: 5, sha256: hash)
        }
        #expect(MessageDiff(body("a"), body("a")).changes.isEmpty)
        #expect(MessageDiff(body("a"), body("b")).changes.map(\.after) == ["5 bytes; they differ beyond what is kept"])
        #expect(
            MessageDiff(body(nil), body(nil)).changes.map(\.after) == ["5 bytes; what is not kept cannot be compared"]
        )
    }

    @Test func whatIsNoJSONByItsBytes() {
        #expect(bodies("abc", "abd!") == ["body: 3 bytes → 4 bytes; they differ from byte 2 on"])
        #expect(bodies("{not JSON", "{}") == ["body: 9 bytes → 2 bytes; they differ from byte 1 on"])
    }

    @Test func muchIsBoundedAndDeepIsNoTrouble() {
        let list = { (value: Int) in "[" + Array(repeating: "\(value)", count: 5000).joined(separator: ",") + "]" }
        #expect(bodies(list(1), list(2)).count == MessageDiff.most)
        let deep = { (value: Int) in
            String(repeating: "[", count: 100_000) + "\(value)" + String(repeating: "]", count: 100_000)
        }
        #expect(bodies(deep(1), deep(2)).count == 1)
    }
}
