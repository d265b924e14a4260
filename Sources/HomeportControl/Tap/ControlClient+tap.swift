package import HomeportCore
import HomeportNet
package import HomeportTap
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The record of a running project.
extension ControlClient {
    /// - Parameters:
    ///   - number: Where to go on; nil for the first window.
    package func tap(
        _ filter: String,
        order: TapQuery.Order,
        from number: UInt64?,
        limit: Int
    ) async throws -> TapPage {
        let from = number.map { "&from=\($0)" } ?? ""
        return try await tell(
            "?filter=\(filter.percentEncoded)&order=\(order.rawValue)&limit=\(limit)\(from)",
            within: 10
        )
    }

    /// What is new.
    /// - Parameters:
    ///   - number: Nil for what is new from now on.
    ///   - seconds: How long to wait for it.
    package func tapNews(_ filter: String, after number: UInt64?, wait seconds: Int) async throws -> TapNews {
        let after = number.map { "&after=\($0)" } ?? ""
        return try await whileItRuns {
            try await tell("/news?filter=\(filter.percentEncoded)&wait=\(seconds)\(after)", within: Int64(seconds) + 5)
        }
    }

    package func tapExchange(_ id: UInt64) async throws -> TapExchangeMessage { try await tell("/\(id)", within: 10) }

    /// - Parameter from: Where to go on.
    package func tapMessages(of id: UInt64, from: Int, limit: Int) async throws -> TapMessageList {
        try await tell("/\(id)/messages?from=\(from)&limit=\(limit)", within: 10)
    }

    package func tapBody(_ side: TapSide, of id: UInt64) async throws -> [UInt8] {
        try await tapBytes("/\(id)/\(side == .request ? "request" : "response")/body")
    }

    /// As it came.
    package func tapRequestHead(of id: UInt64) async throws -> [UInt8] { try await tapBytes("/\(id)/request") }

    /// One exchange in a form of others.
    /// - Parameters:
    ///   - form: `curl`, `mock`.
    ///   - secrets: Whether passwords and cookies are in it; nil where the form has none.
    package func tapExport(_ form: String, of id: UInt64, secrets: Bool? = nil) async throws -> [UInt8] {
        try await tapBytes("/\(id)/\(form)\(secrets.map { "?secrets=\($0)" } ?? "")")
    }

    package func clearTap() async throws { _ = try await ask("DELETE", "/api/v1/tap", nil, within: .seconds(10)) }

    private func tapBytes(_ path: String) async throws -> [UInt8] {
        let (code, body) = try await ask("GET", "/api/v1/tap\(path)", nil, within: .seconds(10))
        guard code == 200 else { throw problem(body) ?? broken("it answered \(code) to a question for the record") }
        return Array(body)
    }

    private func tell<Message: Decodable>(_ path: String, within seconds: Int64) async throws -> Message {
        let (code, body) = try await ask("GET", "/api/v1/tap\(path)", nil, within: .seconds(seconds))
        if code == 200, let message = try? JSONDecoder().decode(Message.self, from: body) { return message }
        throw problem(body) ?? broken("it answered \(code) to a question for the record")
    }

    private func problem(_ body: Data) -> HomeportError? {
        try? JSONDecoder().decode(ControlProblems.self, from: body).errors.first
    }
}

extension HomeportError.Code {
    /// There is no such exchange in the record, or no more.
    package static let tapRow = Self("tap.row", .words)
}

extension ControlClient {
    /// The record, or a part of it, in a form of others.
    /// - Parameter form: `har`, `pcapng`.
    /// - Parameter write: Takes it, piece by piece, on a thread of its own.
    /// - Returns: How many exchanges are in it.
    /// - Throws: ``HomeportError`` with code `control.broken` where it ended too early; what `write` throws.
    package func tapExport(
        _ form: String,
        of filter: String,
        secrets: Bool,
        _ write: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws -> TapExportCount {
        try await OwnThread.run { try readExport(form, filter, secrets, write) }
    }

    private func readExport(
        _ form: String,
        _ filter: String,
        _ secrets: Bool,
        _ write: ([UInt8]) throws -> Void
    ) throws -> TapExportCount {
        let connection = try openConnection()
        let question =
            "GET /api/v1/tap/\(form)?filter=\(filter.percentEncoded)&secrets=\(secrets) HTTP/1.1\r\n"
            + "Host: \(ServiceName.control)\r\nConnection: close\r\n\r\n"
        try Array(question.utf8).withUnsafeBytes { try WholeWrite.bytes($0, to: connection.number) }
        let download = ControlDownload()
        while !download.isWhole {
            let bytes = try DescriptorPassing.receive(on: connection.number, upTo: 256 << 10).bytes
            guard !bytes.isEmpty else { throw broken("it ended in the middle of its answer") }
            try download.take(ByteBuffer(bytes: bytes)) { try write(Array($0.readableBytesView)) }
        }
        if let refusal = download.refusal {
            throw problem(refusal.body) ?? broken("it answered \(refusal.status) to a question for the record")
        }
        guard let count = download.trailer.flatMap({ TapExportCount(trailer: $0) }) else {
            throw broken("it does not say how many exchanges it has written")
        }
        return count
    }

    private func openConnection() throws -> Descriptor {
        do throws(SystemFailure) { return try BlockingConnection.open(.unix(socket), within: 30) } catch {
            throw broken(SystemFailure.text(error.errno))
        }
    }
}
