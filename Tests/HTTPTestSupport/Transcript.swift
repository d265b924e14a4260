package import HomeportHTTP
import NIOCore

/// What the bytes of a connection are read as: requests with their bodies, and how the reading ended.
///
/// Drives parser and body decoder as the connection handler does, without a connection: for the tests of cuts, for the
/// comparison with another reader, and for the fuzzer.
package struct Transcript: Equatable, Sendable {
    package struct Message: Equatable, Sendable {
        package var method: [UInt8]
        package var target: [UInt8]
        package var authority: [UInt8]
        package var minorVersion: UInt8
        package var fields: [Field]
        package var framing: RequestHead.Body
        package var expectsContinue: Bool
        package var keepsAlive: Bool
        package var body: [UInt8] = []
        /// Where the next request starts in what was read; nil while the body is incomplete.
        package var end: Int?
    }

    package struct Field: Equatable, Sendable {
        package var name: [UInt8]
        package var value: [UInt8]
    }

    package enum Ending: Equatable, Sendable {
        /// Between requests.
        case clean
        case insideHead
        case insideBody
        case refused(Refusal)
        /// A request asked for the connection to end after it; what follows was not read.
        case lastRequest
    }

    package private(set) var messages: [Message] = []
    package private(set) var ending = Ending.clean

    /// - Parameter cuts: Offsets at which the network divided the bytes, ascending.
    package static func read(
        _ bytes: [UInt8],
        cuts: some Sequence<Int> = EmptyCollection<Int>(),
        limits: HTTPLimits = HTTPLimits()
    ) -> Transcript {
        let reader = Reader(limits: limits)
        var start = 0
        for cut in cuts where cut > start && cut < bytes.count {
            reader.receive(bytes[start..<cut])
            start = cut
        }
        reader.receive(bytes[start...])
        return reader.finish()
    }
}

extension Transcript {
    private final class Reader {
        var transcript = Transcript()
        let limits: HTTPLimits
        var parser: RequestParser
        var head = RequestHead()
        var body: BodyDecoder?
        var pending = ByteBuffer()
        var consumed = 0
        var isDone = false

        init(limits: HTTPLimits) {
            self.limits = limits
            parser = RequestParser(limits: limits)
        }

        func receive(_ piece: ArraySlice<UInt8>) {
            guard !isDone else { return }
            pending.writeBytes(piece)
            while !isDone, body == nil ? takeHead() : takeBody() {}
        }

        func finish() -> Transcript {
            if !isDone { transcript.ending = body != nil ? .insideBody : parser.hasBegun ? .insideHead : .clean }
            return transcript
        }

        private func takeHead() -> Bool {
            guard pending.readableBytes > 0 else { return false }
            switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
            case .incomplete: return false
            case .refused(let refusal): return stop(.refused(refusal))
            case .complete(let length):
                guard let bytes = pending.readSlice(length: length) else {
                    preconditionFailure("a head of \(length) bytes ends beyond what was given")
                }
                consumed += length
                if let refusal = head.settleFraming(in: bytes) { return stop(.refused(refusal)) }
                transcript.messages.append(Message(head))
                body = BodyDecoder(head.body, limits: limits)
                return true
            }
        }

        private func takeBody() -> Bool {
            guard var decoder = body else { return false }
            let last = transcript.messages.count - 1
            var offset = 0
            let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
            precondition(offset <= pending.readableBytes, "the body's reader ran beyond what was given")
            body = decoder
            if case .data(let range) = event {
                precondition(!range.isEmpty && range.upperBound == offset, "a piece of a body is not where it was said")
                pending.withUnsafeReadableBytes { transcript.messages[last].body += $0[range] }
            }
            pending.moveReaderIndex(forwardBy: offset)
            consumed += offset
            switch event {
            case .data: return true
            case .needMore: return false
            case .refused(let refusal): return stop(.refused(refusal))
            case .end:
                transcript.messages[last].end = consumed
                body = nil
                guard head.keepsAlive else { return stop(.lastRequest) }
                parser.reset()
                head.reset()
                return true
            }
        }

        private func stop(_ ending: Ending) -> Bool {
            transcript.ending = ending
            isDone = true
            return false
        }
    }
}

extension Transcript.Message {
    init(_ head: RequestHead) {
        func bytes(_ range: Range<Int>) -> [UInt8] {
            Array(head.fields.bytes.readableBytesView.dropFirst(range.lowerBound).prefix(range.count))
        }
        method = Array(head.methodText.utf8)
        target = bytes(head.target)
        authority = bytes(head.authority)
        minorVersion = head.minorVersion
        fields = head.fields.lines.map { Transcript.Field(name: bytes($0.nameRange), value: bytes($0.valueRange)) }
        framing = head.body
        expectsContinue = head.expectsContinue
        keepsAlive = head.keepsAlive
        let inside = head.target.lowerBound...head.target.upperBound
        precondition(
            inside.contains(head.path.lowerBound) && inside.contains(head.path.upperBound) || head.path.isEmpty,
            "the path lies outside the target"
        )
    }
}

extension Transcript: CustomStringConvertible {
    package var description: String {
        let messages = messages.map { message in
            let fields = message.fields.map { "\($0.name.text): \($0.value.text)" }.joined(separator: " | ")
            return "\(message.method.text) \(message.target.text) 1.\(message.minorVersion) [\(fields)] "
                + "\(message.framing) \(message.body.count) bytes, ends at \(message.end.map(String.init) ?? "-")"
        }
        return (messages + ["\(ending)"]).joined(separator: "\n")
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self).debugDescription }
}
