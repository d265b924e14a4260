import HomeportTap

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The messages of a stream: frames of a WebSocket, server-sent events, datagrams, or the pieces in which bytes came.
package struct TapMessageList: Codable, Sendable {
    package struct Message: Codable, Sendable {
        /// `client`, `service`.
        package var from: String
        /// From 1, of its side.
        package var number: UInt64
        /// Milliseconds since the exchange began.
        package var at: Double
        /// `text`, `binary`, `continuation`, `close`, `ping`, `pong`, `frame`, `event`, `datagram`, `bytes`.
        package var kind: String
        /// Bytes of its payload, whatever is kept of it.
        package var length: Int64
        /// What is kept of it from its beginning: as text where it is UTF-8, else in base64.
        package var text: String?
        package var base64: String?
        package var event: String?
        package var id: String?
        /// Of a close frame, why: 1000 is the usual end. Its text is then what stands behind it.
        package var code: Int?
        /// Whether the payload is as permessage-deflate has it.
        package var compressed: Bool?
        /// Whether a continuation follows.
        package var continues: Bool?

        init(_ message: TapMessage, _ content: MessageContent) {
            from = message.side == .request ? "client" : "service"
            number = message.number
            at = TapRowMessage.milliseconds(message.time)
            (kind, length, event, id) = (content.kind, content.length, content.event, content.id)
            text = String(validating: content.bytes, as: UTF8.self)
            if text == nil { base64 = Data(content.bytes).base64EncodedString() }
            code = content.closeCode
            if content.isCompressed { compressed = true }
            if content.goesOn { continues = true }
        }
    }

    /// In the order in which they came.
    package var messages: [Message]
    /// Where to go on; nil at the end.
    package var next: Int?
    /// How many there have been, of which only the first and the last 512 of each side can be told apart.
    package var total: UInt64

    package static let most = 1000

    init(_ row: TapRow, in store: TapStore, from: Int, limit: Int) {
        let all = row.messages
        let part = all.dropFirst(from).prefix(limit)
        messages = part.map { Message($0, store.content(of: $0, in: row)) }
        next = part.endIndex < all.count ? part.endIndex : nil
        total = row.messageCount
    }
}
