import HomeportCore
package import HomeportHTTP
package import HomeportNet
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One line for each request: when, what was asked, what it got, how much, and how long it took.
package final class AccessLog: ExchangeObserving {
    package enum Form: Sendable {
        /// For people; colours only where they are wanted.
        case text(colour: Bool)
        /// One JSON object a line, keys stable: time, peer, method, host, target, status, bytes, ms, complete;
        /// and refusal, the reason's code, where the request was refused. A request that could not be read has the target
        /// "-". Where lines were dropped, one says time and dropped.
        case json
    }

    /// What is said in the log of lines that were dropped; of the same form as the others.
    package static func dropLine(_ form: Form) -> @Sendable (Int) -> String {
        switch form {
        case .text: LineWriter.dropLine
        case .json: { "{\"time\":\"\(LogTime.rfc3339())\",\"dropped\":\($0)}" }
        }
    }

    private let form: Form
    private let writer: LineWriter

    package init(_ form: Form, to writer: LineWriter) {
        self.form = form
        self.writer = writer
    }

    package func began(_ head: RequestHead, _ peer: Peer, on loop: LoopState) -> (any ExchangeObserver)? {
        Entry(self, head, peer)
    }

    package func refused(_ refusal: Refusal, _ peer: Peer, on loop: LoopState) {
        write(
            Line(
                peer: peer.text,
                method: "-",
                host: "",
                target: "-",
                status: refusal.status,
                bytes: 0,
                took: .zero,
                complete: true,
                refusal: refusal.code
            )
        )
    }

    private struct Line {
        var peer, method, host, target: String
        var status: Int
        var bytes: Int64
        var took: Duration
        var complete: Bool
        var refusal: Refusal.StaticCode?
    }

    private final class Entry: ExchangeObserver {
        private let log: AccessLog
        private let peer, method, host, target: String
        private let began = ContinuousClock.now
        private var isWritten = false

        init(_ log: AccessLog, _ head: RequestHead, _ peer: Peer) {
            self.log = log
            self.peer = peer.text
            method = head.methodText
            host = head.text(head.authority)
            target = head.targetText
        }

        /// Such a connection may stay for hours: it is told of when it begins.
        func switched(status: Int) { ended(status: status, bytes: 0, complete: true, refusal: nil) }

        func ended(status: Int, bytes: Int64, complete: Bool, refusal: Refusal.StaticCode?) {
            guard !isWritten else { return }
            isWritten = true
            log.write(
                Line(
                    peer: peer,
                    method: method,
                    host: host,
                    target: target,
                    status: status,
                    bytes: bytes,
                    took: ContinuousClock.now - began,
                    complete: complete,
                    refusal: refusal
                )
            )
        }
    }

    private func write(_ line: Line) {
        switch form {
        case .text(let colour): writer.write(text(line, colour: colour))
        case .json: writer.write(json(line))
        }
    }

    private func text(_ line: Line, colour: Bool) -> String {
        let tint =
            switch line.status {
            case ..<300: "32"
            case ..<400: "36"
            case ..<500: "33"
            default: "31"
            }
        let status = line.status == 0 ? "---" : String(line.status)
        let shown = colour ? "\u{1B}[\(tint)m\(status)\u{1B}[0m" : status
        let clock = colour ? "\u{1B}[2m\(LogTime.clock())\u{1B}[0m" : LogTime.clock()
        let target = line.target.harmless
        return
            "\(clock) \(shown) \(line.method.padded(to: 4)) \(target)  \(Self.size(line.bytes))  \(Self.time(line.took))"
            + (line.refusal.map { "  (\($0))" } ?? "") + (line.complete ? "" : "  (cut off)")
    }

    private func json(_ line: Line) -> String {
        var fields = [
            ("time", Self.quote(LogTime.rfc3339())), ("peer", Self.quote(line.peer)),
            ("method", Self.quote(line.method)),
            ("host", Self.quote(line.host)), ("target", Self.quote(line.target)), ("status", "\(line.status)"),
            ("bytes", "\(line.bytes)"), ("ms", "\(Double(line.took.wholeNanoseconds / 1000) / 1000)"),
            ("complete", "\(line.complete)"),
        ]
        if let refusal = line.refusal { fields.append(("refusal", Self.quote("\(refusal)"))) }
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func quote(_ text: String) -> String { String(json: text) }

    /// `3.4 kB`.
    package static func size(_ bytes: Int64) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: "\(Double(bytes / 100) / 10) kB"
        case ..<1_000_000_000: "\(Double(bytes / 100_000) / 10) MB"
        default: "\(Double(bytes / 100_000_000) / 10) GB"
        }
    }

    /// `1.2 ms`.
    package static func time(_ duration: Duration) -> String {
        let microseconds = duration.wholeNanoseconds / 1000
        return microseconds < 1_000_000
            ? "\(Double(microseconds / 10) / 100) ms" : "\(Double(microseconds / 10_000) / 100) s"
    }
}

/// The present moment as logs show it.
package enum LogTime {
    /// `14:03:59`, local time.
    package static func clock() -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { ($0 < 10 ? "0" : "") + String($0) }.joined(
            separator: ":"
        )
    }

    /// `2026-11-24T14:03:59Z`.
    package static func rfc3339(_ seconds: Int64 = Int64(time(nil))) -> String { UTCTime(seconds).rfc3339 }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
