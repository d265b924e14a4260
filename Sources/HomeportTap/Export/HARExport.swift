import HomeportCore
import HomeportHTTP
import HomeportNet

/// Exchanges as an HTTP Archive 1.2, entry by entry, so that a large one takes no memory.
///
/// After the specification and the schema that validators use: `time` is the sum of the timings that are there, without `ssl`; sizes are
/// whole numbers; a body is text where it is UTF-8 and else base64; one that is not all there says so in its comment and in `_tap`.
/// An answer's body is unpacked, within bounds; a request's stays as it was sent, as its fields say. Our own fields begin with `_`.
package struct HARExport: TapExport {
    package static let fileName: StaticString = "homeport.har"
    package static let mediaType: StaticString = "application/json"

    private let redaction: Redaction
    private var writer = JSONBytes()
    private var isFirst = true

    package init(_ redaction: Redaction) { self.redaction = redaction }

    package mutating func begin() -> [UInt8] {
        writer.raw(#"{"log":{"version":"1.2","creator":{"name":"homeport","version":"#)
        writer.string(HomeportVersion.current)
        writer.raw(#"},"entries":["#)
        return writer.take()
    }

    package mutating func end() -> [UInt8] {
        writer.raw("\n]}}\n")
        return writer.take()
    }

    /// - Returns: Nothing for one that goes on, or that was no request.
    package mutating func entry(_ row: TapRow, in store: TapStore) -> [UInt8] {
        guard !row.isLive, !row.requestHead.isEmpty else { return [] }
        writer.raw(isFirst ? "\n" : ",\n")
        isFirst = false
        let timings = HARTimings(row.times)
        writer.raw("{")
        writer.member("startedDateTime", isFirst: true)
        writer.string(UTCTime.rfc3339(nanoseconds: row.began))
        writer.member("time")
        writer.milliseconds(timings.sum)
        write(request: row, store)
        write(response: row, store)
        writer.raw(#","cache":{},"timings":{"blocked":"#)
        write(timings.blocked)
        writer.raw(#","dns":-1,"ssl":-1,"connect":"#)
        write(timings.connect)
        writer.member("send")
        writer.milliseconds(timings.send)
        writer.member("wait")
        writer.milliseconds(timings.wait)
        writer.member("receive")
        writer.milliseconds(timings.receive)
        writer.raw("}")
        if let upstream = row.upstream, upstream.host != "unix" {
            writer.member("serverIPAddress")
            writer.string(upstream.host)
        }
        if let client = row.client {
            writer.member("connection")
            writer.string("\(client.port)")
        }
        if let error = row.error ?? row.refusal {
            writer.member("_error")
            writer.string(error)
        }
        write(messages: row, store)
        write(row.conditions)
        writer.raw(#","_tap":{"id":"#)
        writer.number(row.id)
        if let service = row.service {
            writer.member("service")
            writer.string(service)
        }
        if let process = row.process {
            writer.raw(#","process":{"pid":"#)
            writer.number(process.pid)
            writer.member("command")
            writer.string(process.command)
            writer.raw("}")
        }
        if let trace = row.traceParent {
            writer.member("traceId")
            writer.string(trace.trace)
        }
        writer.member("complete")
        writer.raw(row.isComplete ? "true" : "false")
        writer.raw("}}")
        return writer.take()
    }

    private mutating func write(_ time: Int64?) {
        if let time { writer.milliseconds(time) } else { writer.raw("-1") }
    }

    /// As browsers write them: an opcode of 1 or 2, text or base64.
    private mutating func write(messages row: TapRow, _ store: TapStore) {
        switch row.kind {
        case .webSocket: writer.raw(#","_resourceType":"websocket""#)
        case .events: return writer.raw(#","_resourceType":"eventsource""#)
        case .http, .tcp, .udp, .tunnel: return
        }
        writer.raw(#","_webSocketMessages":["#)
        let contents = row.messages.map { ($0, store.content(of: $0, in: row)) }
        list(contents.filter { ["text", "binary", "continuation"].contains($0.1.kind) }) { writer, one in
            let (message, content) = one
            writer.raw(message.side == .request ? #"{"type":"send""# : #"{"type":"receive""#)
            writer.member("time")
            writer.seconds(row.began + message.time)
            writer.member("opcode")
            let text = content.isCompressed ? nil : String(validating: content.bytes, as: UTF8.self)
            writer.number(content.kind == "text" && text != nil ? 1 : 2)
            writer.member("data")
            if content.kind == "text", let text { writer.string(text) } else { writer.base64(content.bytes) }
            writer.raw("}")
        }
        writer.raw("]")
    }

    private mutating func write(_ conditions: [ConditionHit]) {
        guard !conditions.isEmpty else { return }
        writer.raw(#","_conditions":["#)
        list(conditions) { writer, hit in
            writer.raw(#"{"name":"#)
            writer.string(hit.condition)
            writer.member("link")
            writer.string(hit.link)
            writer.member("direction")
            writer.string(hit.isUp ? "up" : "down")
            writer.member("addedMs")
            writer.milliseconds(Int64(clamping: hit.longest))
            writer.member("hits")
            writer.number(hit.hits)
            writer.member("discardedBytes")
            writer.number(hit.discarded)
            writer.raw("}")
        }
        writer.raw("]")
    }

    /// A stream's bytes are in its messages.
    private static func body(_ side: TapSide, _ row: TapRow, _ store: TapStore) -> TapBody {
        row.kind.isHTTP ? store.body(side, of: row) : TapBody(length: 0)
    }

    // MARK: Request

    private mutating func write(request row: TapRow, _ store: TapStore) {
        let (fields, body) = (row.fields(.request), Self.body(.request, row, store))
        writer.raw(#","request":{"method":"#)
        writer.string(row.method)
        writer.member("url")
        writer.string(Self.url(row))
        writer.member("httpVersion")
        writer.string(fields.firstLine.split(separator: " ").last ?? "HTTP/1.1")
        writer.raw(#","cookies":["#)
        if !redaction.isSecret("cookie") {
            let pairs = fields.values(of: "cookie").flatMap { $0.split(separator: ";") }
            list(pairs) { writer, pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                Self.pair(parts[0].trimmed, parts.count > 1 ? parts[1].trimmed : "", &writer)
            }
        }
        writer.raw("]")
        write(fields)
        writer.raw(#","queryString":["#)
        if let query = row.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
            .first
        {
            list(query.split(separator: "&")) { writer, part in
                let parts = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                Self.pair(parts[0], parts.count > 1 ? parts[1] : "", &writer)
            }
        }
        writer.raw(#"],"headersSize":"#)
        writer.number(row.requestHead.count)
        writer.member("bodySize")
        writer.number(body.length)
        if body.length > 0 {
            writer.raw(#","postData":{"mimeType":"#)
            writer.string(fields.first("content-type") ?? "")
            let sent = PlainBody(bytes: body.bytes, isWhole: body.isWhole)
            text(sent, of: body, encoding: "_encoding")
            writer.raw("}")
        }
        writer.raw("}")
    }

    private static func url(_ row: TapRow) -> String {
        let target = row.target
        if target.hasPrefix("http://") || target.hasPrefix("https://") { return valid(target) }
        let host = row.authority.isEmpty ? row.local?.text ?? "localhost" : row.authority
        return valid("http://\(host)\(target.hasPrefix("/") ? target : "/\(target)")")
    }

    /// What a client may send, and no URI may have, escaped.
    private static func valid(_ url: String) -> String {
        url.utf8.reduce(into: "") { text, byte in
            let isRaw = byte > 0x20 && byte < 0x7F && !#""<>\^`{|}#"#.utf8.contains(byte)
            if isRaw {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    // MARK: Answer

    private mutating func write(response row: TapRow, _ store: TapStore) {
        let (fields, body) = (row.fields(.response), Self.body(.response, row, store))
        let line = fields.firstLine.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        writer.raw(#","response":{"status":"#)
        writer.number(line.count > 1 ? row.status : 0)
        writer.member("statusText")
        writer.string(line.count > 2 ? line[2] : "")
        writer.member("httpVersion")
        writer.string(line.first.flatMap { $0.isEmpty ? nil : $0 } ?? "HTTP/1.1")
        writer.raw(#","cookies":["#)
        if !redaction.isSecret("set-cookie") {
            list(fields.values(of: "set-cookie")) { HARCookie($1).write(to: &$0) }
        }
        writer.raw("]")
        write(fields)
        let plain = body.plain(fields)
        // Its length is known where nothing was undone, or all of it.
        let size = plain.note == nil ? body.length : Int64(plain.bytes.count)
        writer.raw(#","content":{"size":"#)
        writer.number(size)
        if plain.isWhole, size != body.length {
            writer.member("compression")
            writer.number(size - body.length)
        }
        writer.member("mimeType")
        writer.string(fields.first("content-type") ?? "x-unknown")
        if body.length > 0 { text(plain, of: body, encoding: "encoding") }
        writer.raw(#"},"redirectURL":"#)
        writer.string(fields.first("location") ?? "")
        writer.member("headersSize")
        writer.number(row.responseHead.isEmpty ? -1 : row.responseHead.count)
        writer.member("bodySize")
        writer.number(row.responseHead.isEmpty ? -1 : body.length)
        writer.raw("}")
    }

    // MARK: Parts

    private mutating func write(_ fields: TapFields) {
        writer.raw(#","headers":["#)
        list(fields.all) { [redaction] writer, field in
            Self.pair(field.name[...], redaction.value(of: field)[...], &writer)
        }
        writer.raw("]")
    }

    private mutating func list<Element>(_ all: [Element], _ one: (inout JSONBytes, Element) -> Void) {
        for (index, element) in all.enumerated() {
            if index > 0 { writer.raw(",") }
            one(&writer, element)
        }
    }

    private static func pair(_ name: Substring, _ value: Substring, _ writer: inout JSONBytes) {
        writer.raw(#"{"name":"#)
        writer.string(name)
        writer.raw(#","value":"#)
        writer.string(value)
        writer.raw("}")
    }

    private mutating func text(_ plain: PlainBody, of body: TapBody, encoding key: StaticString) {
        var notes: [String] = []
        if !body.isWhole { notes.append("\(body.bytes.count) of \(body.length) bytes are kept") }
        if let note = plain.note { notes.append(note) }
        let bytes = plain.bytes
        if !bytes.isEmpty {
            if let text = Self.text(bytes, isWhole: plain.isWhole) {
                writer.member("text")
                writer.string(text)
            } else {
                writer.member("text")
                writer.base64(bytes)
                writer.member(key)
                writer.string("base64")
            }
        }
        guard !notes.isEmpty else { return }
        writer.member("comment")
        writer.string(notes.joined(separator: "; "))
        if !body.isWhole {
            writer.raw(#","_tap":{"bodyTruncated":true"#)
            if let hash = body.sha256 {
                writer.member("sha256")
                writer.string(hash)
            }
            writer.raw("}")
        }
    }

    /// Nil where it is not UTF-8; what is cut may end within a character.
    private static func text(_ bytes: [UInt8], isWhole: Bool) -> String? {
        (0...(isWhole ? 0 : 3)).lazy.compactMap { String(validating: bytes.dropLast($0), as: UTF8.self) }.first
    }
}
