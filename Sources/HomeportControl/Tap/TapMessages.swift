import HomeportCore
import HomeportNet
package import HomeportTap

/// One exchange in a list.
package struct TapRowMessage: Codable, Sendable, Equatable {
    package var id: UInt64
    /// `http`, `websocket`, `events`, `tunnel`; `tcp` and `udp` of what went through a link and was no HTTP.
    package var kind: String
    /// When it began: RFC 3339, in UTC, with microseconds.
    package var began: String
    /// How long it took, milliseconds; nil while it lasts.
    package var took: Double?
    package var method: String
    /// The host that was asked for, with its port.
    package var host: String
    package var target: String
    /// Of the answer; 0 where there is none.
    package var status: Int
    package var service: String?
    /// Whether `service` is the name of a link, through whose own port it went; nil where it is not.
    package var link: Bool?
    package var client: String?
    /// The client's, where it could be found.
    package var process: TapProcess?
    package var upstream: String?
    /// The answer's media type.
    package var type: String?
    /// The W3C trace that it is part of: 32 hexadecimal digits.
    package var trace: String?
    package var requestBytes: Int64
    package var responseBytes: Int64
    package var error: String?
    package var refusal: String?
    /// Whom access has let in, or why not.
    package var access: String?
    package var live: Bool
    package var complete: Bool
    /// What conditions have done to it; nil for nothing.
    package var conditions: [Condition]?
    /// Milliseconds by which they have held it back, in all; nil for none.
    package var added: Double?
    /// How many messages there have been, of both sides; nil where it has none.
    package var messages: UInt64?

    package struct Condition: Codable, Sendable, Equatable {
        package var link: String
        package var condition: String
        /// `up` is to the service, `down` from there.
        package var direction: String
        /// Packets, or pieces of a stream, that it held back, changed or threw away.
        package var hits: UInt64
        /// Milliseconds by which it held back the one that it held back longest.
        package var added: Double
        /// Bytes that it threw away.
        package var discarded: UInt64

        init(_ hit: ConditionHit) {
            (link, condition, direction) = (hit.link, hit.condition, hit.isUp ? "up" : "down")
            (hits, discarded) = (hit.hits, hit.discarded)
            added = TapRowMessage.milliseconds(Int64(clamping: hit.longest))
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, kind, link, began, took, conditions, added, messages, method, host, target, status, service, client,
            process, upstream, type, trace, error, refusal, access,
            live,
            complete
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"
    }

    package init(_ row: TapRow) {
        id = row.id
        kind = row.kind.word
        began = UTCTime.rfc3339(nanoseconds: row.began)
        took = row.took.map(Self.milliseconds)
        (method, host, target) = (row.method, row.authority, row.target)
        status = row.status
        service = row.service
        if row.isOfLink { link = true }
        (client, process, upstream) = (row.client?.text, row.process, row.upstream?.text)
        type = row.type
        trace = row.traceParent?.trace
        (requestBytes, responseBytes) = (row.length(.request), row.length(.response))
        (error, refusal, access) = (row.error, row.refusal, row.verdict)
        (live, complete) = (row.isLive, row.isComplete)
        let hits = row.conditions
        if !hits.isEmpty {
            conditions = hits.map(Condition.init)
            added = Self.milliseconds(row.added)
        }
        if row.messageCount > 0 { messages = row.messageCount }
    }

    static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds / 1000) / 1000 }
}

/// A window of the record.
package struct TapPage: Codable, Sendable {
    package var rows: [TapRowMessage]
    /// Where to go on, as `from`; nil at the end.
    package var next: UInt64?
    /// How many exchanges were looked at for it.
    package var scanned: Int
    package var counters: TapStore.Counters
}

/// What is new since it was last asked.
package struct TapNews: Codable, Sendable {
    package var rows: [TapRowMessage]
    /// To ask with the next time, as `after`.
    package var next: UInt64
    /// Changes that are gone and were not asked for in time: what was missed is in the list.
    package var missed: UInt64
}

/// One exchange, whole but for its bodies.
package struct TapExchangeMessage: Codable, Sendable {
    package struct Field: Codable, Sendable {
        package var name: String
        package var value: String
    }

    package struct Message: Codable, Sendable {
        /// `GET /a HTTP/1.1`, `HTTP/1.1 200 OK`.
        package var line: String
        package var fields: [Field]
        package var body: Body
    }

    package struct Body: Codable, Sendable {
        /// True length.
        package var length: Int64
        /// Bytes that are kept of its beginning, and of its end.
        package var head: Int
        package var tail: Int
        package var sha256: String?
    }

    /// Milliseconds since it began; nil for what has not happened.
    package struct Times: Codable, Sendable {
        package var asked: Double?
        package var dialled: Double?
        package var connected: Double?
        package var answered: Double?
        package var headed: Double?
        package var ended: Double?
    }

    package var row: TapRowMessage
    /// Where the client found us.
    package var local: String?
    /// Where it asked the service from; nil where that was no connection of its own.
    package var upstreamLocal: String?
    package var reused: Bool
    package var times: Times
    package var request: Message
    /// Nil where there is no answer.
    package var response: Message?

    enum CodingKeys: String, CodingKey {
        case row, local, reused, times, request, response
        case upstreamLocal = "upstream_local"
    }

    init(_ row: TapRow, in store: TapStore) {
        self.row = TapRowMessage(row)
        local = row.local?.text
        upstreamLocal = row.upstreamLocal?.text
        reused = row.isReused
        let times = row.times
        func milliseconds(_ time: Int64?) -> Double? { time.map(TapRowMessage.milliseconds) }
        self.times = Times(
            asked: milliseconds(times.asked),
            dialled: milliseconds(times.dialled),
            connected: milliseconds(times.connected),
            answered: milliseconds(times.answered),
            headed: milliseconds(times.headed),
            ended: milliseconds(times.ended)
        )
        request = Self.message(.request, row, store)
        response = row.responseHead.isEmpty ? nil : Self.message(.response, row, store)
    }

    private static func message(_ side: TapSide, _ row: TapRow, _ store: TapStore) -> Message {
        let (fields, body) = (row.fields(side), store.body(side, of: row))
        return Message(
            line: fields.firstLine,
            fields: fields.all.map { Field(name: $0.name, value: $0.value) },
            body: Body(length: body.length, head: body.head.count, tail: body.tail.count, sha256: body.sha256)
        )
    }
}
