import HomeportHTTP
import HomeportNet
import NIOCore

/// From a representation to the wire: conditions first, then ranges, then the whole.
extension FolderResponder {
    private static let unusual: FieldNames = [
        .ifMatch, .ifUnmodifiedSince, .ifNoneMatch, .ifModifiedSince, .range,
    ]

    func send(_ what: Representation, _ head: RequestHead, _ exchange: any Exchange) {
        guard head.fields.hasAny(of: Self.unusual) else { return sendWhole(what, head, exchange) }
        let now = exchange.loop.now
        switch Preconditions.judge(head, tag: what.tag, modified: what.modified, now: now) {
        case .notModified: return exchange.answer(what.unchanged, nil)
        case .failed: return refuse(412, what, exchange)
        case .proceed: break
        }
        guard head.method == .get, !what.isRewritten, let field = head.fields.first(.range),
            Preconditions.allowsRange(head, tag: what.tag, modified: what.modified, now: now)
        else { return sendWhole(what, head, exchange) }
        switch head.with(field, { ByteRanges.judge($0, length: what.size) }) {
        case .all: sendWhole(what, head, exchange)
        case .one(let range): sendPart(range, of: what, exchange)
        case .several(let ranges): sendParts(ranges, of: what, exchange)
        case .unsatisfiable: refuse(416, what, exchange) { $0.add("Content-Range", "bytes */\(what.size)") }
        }
    }

    private func sendWhole(_ what: Representation, _ head: RequestHead, _ exchange: any Exchange) {
        if let body = what.body { return exchange.answer(what.whole, body) }
        exchange.begin(what.whole)
        if head.method == .get { send(0..<what.size, of: what, exchange) }
        exchange.end()
    }

    private func refuse(
        _ status: Int,
        _ what: Representation,
        _ exchange: any Exchange,
        _ more: (inout ResponseHead) -> Void = { _ in }
    ) {
        var answer = ResponseHead(status, body: .length(0))
        more(&answer)
        what.validate(in: &answer)
        exchange.answer(answer, nil)
    }

    private func sendPart(_ range: Range<Int64>, of what: Representation, _ exchange: any Exchange) {
        var answer = ResponseHead(206, body: .length(Int64(range.count)))
        answer.add("Content-Range", Self.contentRange(range, of: what))
        what.describe(in: &answer)
        exchange.begin(answer)
        send(range, of: what, exchange)
        exchange.end()
    }

    /// multipart/byteranges (RFC 9110, section 14.6): each part says its own range and type, the whole says neither.
    private func sendParts(_ ranges: [Range<Int64>], of what: Representation, _ exchange: any Exchange) {
        // 128 random bits: that they stand in the data by chance is less likely than that the disk lies.
        let boundary =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        let heads = ranges.enumerated().map { index, range in
            ByteBuffer(
                string: "\(index == 0 ? "" : "\r\n")--\(boundary)\r\nContent-Type: \(what.contentType)\r\n"
                    + "Content-Range: \(Self.contentRange(range, of: what))\r\n\r\n"
            )
        }
        let tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
        let overhead = heads.reduce(tail.readableBytes) { $0 + $1.readableBytes }
        // Together the parts are no more than the file (``ByteRanges``), which can be as long as a length can be said.
        let (length, isTooMuch) = ranges.reduce(Int64(0)) { $0 + Int64($1.count) }
            .addingReportingOverflow(Int64(overhead))
        guard !isTooMuch else { return finish(416, "the parts are longer than can be counted", exchange) }
        var answer = ResponseHead(206, body: .length(length))
        what.describe(as: "multipart/byteranges; boundary=\(boundary)", in: &answer)
        exchange.begin(answer)
        for (head, range) in zip(heads, ranges) {
            exchange.send(head)
            send(range, of: what, exchange)
        }
        exchange.send(tail)
        exchange.end()
    }

    private func send(_ range: Range<Int64>, of what: Representation, _ exchange: any Exchange) {
        if let body = what.body {
            if let slice = body.getSlice(at: body.readerIndex + Int(range.lowerBound), length: range.count) {
                exchange.send(slice)
            }
        } else if let file = what.file {
            exchange.send(file, range)
        }
    }

    private static func contentRange(_ range: Range<Int64>, of what: Representation) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(what.size)"
    }
}
