import HTTPTestSupport
import Testing

@Suite struct AnswerReadingTests {
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", "hello", 43),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello", 67),
    ])
    func anAnswerIsTheSameHoweverItIsCut(text: String, body: String, end: Int) {
        let bytes = Array(text.utf8)
        let whole = AnswerReading.read(bytes, isToHead: false)
        #expect(whole.body == Array(body.utf8))
        #expect(whole.ending == .whole(end))
        for first in 1..<bytes.count {
            #expect(AnswerReading.read(bytes, isToHead: false, cuts: [first, first + 7]) == whole, "cut at \(first)")
        }
    }
}
