import HomeportCore
import HomeportHTTP
import HomeportNet
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes an answer of any length from a project's control socket, piece by piece, and knows when it is whole.
final class ControlDownload {
    private var parser = ResponseParser(limits: HTTPLimits())
    private var head = ReceivedHead()
    private var decoder: BodyDecoder?
    private var pending = ByteBuffer()
    /// Of an answer that is none of the record's.
    private(set) var refusal: (status: Int, body: Data)?
    private(set) var isWhole = false
    /// What stands behind its last chunk.
    private(set) var trailer: ByteBuffer?

    /// - Parameter write: Takes the body.
    /// - Throws: What `write` throws; ``HomeportError`` where the answer makes no sense.
    func take(_ bytes: ByteBuffer, _ write: (ByteBuffer) throws -> Void) throws {
        pending.writeImmutableBuffer(bytes)
        if decoder == nil {
            switch parser.parse(pending.readableBytesUInt8Span, into: &head) {
            case .incomplete: return
            case .refused(let refusal): throw HomeportError(.controlBroken, refusal.detail)
            case .complete(let length):
                let text = pending.readSlice(length: length) ?? ByteBuffer()
                if let refusal = head.settleFraming(in: text, method: .get) {
                    throw HomeportError(.controlBroken, refusal.detail)
                }
                decoder = BodyDecoder(head.body, limits: HTTPLimits())
                if head.status != 200 { refusal = (head.status, Data()) }
            }
        }
        while var decoder, !isWhole {
            var offset = 0
            let event = decoder.next(in: pending.readableBytesUInt8Span, from: &offset)
            self.decoder = decoder
            let bytes = pending.readSlice(length: offset)
            switch event {
            case .needMore:
                pending.discardReadBytes()
                return
            case .end:
                isWhole = true
                trailer = decoder.trailer
            case .refused(let refusal): throw HomeportError(.controlBroken, refusal.detail)
            case .data(let range):
                guard let piece = bytes?.getSlice(at: range.lowerBound, length: range.count) else { break }
                if refusal == nil {
                    try write(piece)
                } else {
                    refusal?.body.append(contentsOf: piece.readableBytesView)
                }
            }
        }
    }
}
