package import HomeportHTTP
import NIOCore

/// What the bytes that a server sends are read as: one answer with its body, and how the reading ended.
package struct AnswerReading: Equatable, Sendable {
    package enum Ending: Equatable, Sendable {
        case insideHead
        case insideBody
        case refused(Refusal)
        /// Where the answer ends.
        case whole(Int)
    }

    package private(set) var status = 0
    package private(set) var fields: [[UInt8]] = []
    package private(set) var keepsAlive = false
    package private(set) var body: [UInt8] = []
    package private(set) var ending = Ending.insideHead

    /// - Parameters:
    ///   - isToHead: Whether it answers a HEAD.
    ///   - cuts: Offsets at which the network divided the bytes, ascending.
    package static func read(
        _ bytes: [UInt8],
        isToHead: Bool,
        cuts: [Int] = [],
        limits: HTTPLimits = HTTPLimits()
    ) -> AnswerReading {
        var reading = AnswerReading()
        var (parser, head, decoder) = (ResponseParser(limits: limits), ReceivedHead(), BodyDecoder?.none)
        var start = 0
        for end in cuts.filter({ $0 > 0 && $0 < bytes.count }) + [bytes.count] {
            if decoder == nil {
                let seen = ByteBuffer(bytes: bytes[..<end])
                switch parser.parse(seen.readableBytesUInt8Span, into: &head) {
                case .incomplete: continue
                case .refused(let refusal):
                    reading.ending = .refused(refusal)
                    return reading
                case .complete(let length):
                    precondition(length <= end, "a head ends beyond what was given")
                    let whole = ByteBuffer(bytes: bytes[..<length])
                    if let refusal = head.settleFraming(in: whole, method: isToHead ? .head : .get) {
                        reading.ending = .refused(refusal)
                        return reading
                    }
                    reading.take(head)
                    decoder = BodyDecoder(head.body, limits: limits)
                    start = length
                }
            }
            if reading.takeBody(&decoder, bytes[..<end], from: &start) { return reading }
        }
        return reading
    }

    private mutating func take(_ head: ReceivedHead) {
        status = head.status
        keepsAlive = head.keepsAlive
        fields = head.fields.lines.map { line in
            let all = head.fields.bytes.readableBytesView
            return Array(all.dropFirst(line.nameRange.lowerBound).prefix(line.nameRange.count)) + [0]
                + Array(all.dropFirst(line.valueRange.lowerBound).prefix(line.valueRange.count))
        }
        ending = .insideBody
    }

    /// - Returns: Whether it is over.
    private mutating func takeBody(
        _ decoder: inout BodyDecoder?,
        _ bytes: ArraySlice<UInt8>,
        from start: inout Int
    ) -> Bool {
        while var body = decoder {
            let rest = ByteBuffer(bytes: bytes[start...])
            var offset = 0
            let event = body.next(in: rest.readableBytesUInt8Span, from: &offset)
            precondition(offset <= rest.readableBytes, "the body's reader ran beyond what was given")
            decoder = body
            if case .data(let range) = event {
                self.body += bytes[start...].dropFirst(range.lowerBound).prefix(range.count)
            }
            start += offset
            switch event {
            case .data: continue
            case .needMore: return false
            case .refused(let refusal): ending = .refused(refusal)
            case .end: ending = .whole(start)
            }
            return true
        }
        return true
    }
}
