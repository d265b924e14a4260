import HTTPTestSupport
import HomeportHTTP
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What a reader made of a connection's bytes, step by step, in a form in which two readers can be compared.
struct Reading {
    enum Step: Equatable {
        case head(Head)
        /// The body, whole, and with it the place where the next request starts.
        case body([UInt8])
        /// Nothing is wrong, and more is needed.
        case open
        case refused(Verdict)
        /// The connection is to end, or to become another protocol's, after the request before.
        case stopped
    }

    struct Head: Equatable {
        var method: String
        var target: String
        var version: String
        var fields: [String]
    }

    enum Verdict: Equatable {
        case ours(Refusal)
        case theirs(HTTPParserError)
    }

    private(set) var steps: [Step] = []

    /// By this module.
    static func ours(_ bytes: [UInt8]) -> Reading {
        let transcript = Transcript.read(bytes)
        var reading = Reading()
        for message in transcript.messages {
            let head = Head(
                method: message.method.text,
                target: message.target.text,
                version: "1.\(message.minorVersion)",
                fields: message.fields.map { "\($0.name.text): \($0.value.text)" }
            )
            reading.steps.append(.head(head))
            if message.end != nil { reading.steps.append(.body(message.body)) }
            if message.end != nil, head.changesProtocol {
                reading.steps.append(.stopped)
                return reading
            }
        }
        switch transcript.ending {
        case .clean, .insideHead, .insideBody: reading.steps.append(.open)
        case .refused(let refusal): reading.steps.append(.refused(.ours(refusal)))
        case .lastRequest: reading.steps.append(.stopped)
        }
        return reading
    }

    /// By llhttp, which is strict as NIO drives it.
    static func theirs(_ bytes: [UInt8]) -> Reading {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var refusal: HTTPParserError?
        do { try channel.writeInbound(ByteBuffer(bytes: bytes)) } catch {
            refusal = error as? HTTPParserError ?? .unknown
        }
        var reading = Reading()
        var body: [UInt8] = []
        var isLast = false
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                body = []
                let own = Head(
                    // NIO's own spelling of M-SEARCH.
                    method: head.method == .MSEARCH ? "M-SEARCH" : head.method.rawValue,
                    target: head.uri,
                    version: "\(head.version.major).\(head.version.minor)",
                    // NIO leaves the blanks behind a value, which are no part of it (RFC 9112, section 5).
                    fields: head.headers.map { "\($0): \($1.trimmingBlanksAtEnd)" }
                )
                isLast = !head.isKeepAlive || own.changesProtocol
                reading.steps.append(.head(own))
            case .body(let bytes):
                body += bytes.readableBytesView
            case .end:
                reading.steps.append(.body(body))
                guard !isLast else {
                    reading.steps.append(.stopped)
                    return reading
                }
            }
        }
        reading.steps.append(refusal.map { .refused(.theirs($0)) } ?? .open)
        return reading
    }

    /// The first step in which the two differ. Two refusals agree, whatever their words.
    static func firstDifference(_ ours: Reading, _ theirs: Reading) -> Int? {
        for (place, (own, other)) in zip(ours.steps, theirs.steps).enumerated() where own != other {
            if case .refused = own, case .refused = other { return nil }
            return place
        }
        return nil
    }

    /// The head that the step belongs to.
    func head(at place: Int) -> Head? {
        for step in steps[...place].reversed() {
            if case .head(let head) = step { return head }
        }
        return nil
    }
}

extension Reading.Head {
    /// llhttp takes what follows CONNECT, or an Upgrade that Connection names, for another protocol.
    var changesProtocol: Bool {
        func values(_ name: String) -> [String] {
            fields.filter { $0.lowercased().hasPrefix("\(name):") }.map { $0.lowercased() }
        }
        return method == "CONNECT"
            || !values("upgrade").isEmpty && values("connection").contains { $0.contains("upgrade") }
    }
}

extension String {
    fileprivate var trimmingBlanksAtEnd: Substring {
        var rest = self[...]
        while rest.utf8.last == 0x20 || rest.utf8.last == 0x09 { rest = Substring(rest.utf8.dropLast()) }
        return rest
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
