import HTTPTestSupport
import HomeportHTTP
import NIOCore
import Testing

/// The one request that `text` holds.
func only(_ text: String, at location: SourceLocation = #_sourceLocation) throws -> Transcript.Message {
    let read = Transcript.read(Array(text.utf8))
    #expect(read.messages.count == 1, "\(read)", sourceLocation: location)
    return try #require(read.messages.first, "\(read)", sourceLocation: location)
}

/// The head that `text` holds, with its framing settled.
func head(_ text: String, at location: SourceLocation = #_sourceLocation) throws -> RequestHead {
    var parser = RequestParser(limits: HTTPLimits())
    var head = RequestHead()
    let bytes = ByteBuffer(string: text)
    guard case .complete(let length) = parser.parse(bytes.readableBytesUInt8Span, into: &head) else {
        throw Unexpected(text: text)
    }
    let refusal = head.settleFraming(in: try #require(bytes.getSlice(at: 0, length: length)))
    #expect(refusal == nil, sourceLocation: location)
    return head
}

struct Unexpected: Error { let text: String }

/// The bytes are refused, with this status and perhaps this code, however they are cut.
func refuses(
    _ text: String,
    _ status: Int,
    _ code: Refusal.StaticCode? = nil,
    at location: SourceLocation = #_sourceLocation
) {
    let read = Transcript.read(Array(text.utf8))
    guard case .refused(let refusal) = read.ending else {
        Issue.record("not refused: \(read)", sourceLocation: location)
        return
    }
    #expect(refusal.status == status, "\(refusal)", sourceLocation: location)
    if let code { #expect(refusal.code == code, "\(refusal)", sourceLocation: location) }
}
