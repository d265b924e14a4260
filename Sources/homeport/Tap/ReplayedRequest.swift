import HomeportControl
import HomeportCore
import HomeportHTTP
import HomeportNet
import HomeportTap
import NIOCore

/// A request of the record that is to be made once more: what was asked, where, and what came of it then.
struct ReplayedRequest: Sendable {
    let id: UInt64
    let line: String
    /// Nanoseconds since 1970.
    let began: Int64
    let status: Int
    let took: Double?
    let place: Endpoint.Place
    private(set) var request: SingleRequest

    /// - Parameters:
    ///   - target: In the place of where it was asked.
    ///   - remote: Whether that may be beyond this machine.
    init(_ id: UInt64, to target: Endpoint?, remote: Bool, _ client: ControlClient) async throws {
        let exchange = try await client.tapExchange(id)
        guard exchange.row.kind == "http" || exchange.row.kind == "events" else {
            throw Self.problem(id, "was no request that can be made once more (\(exchange.row.kind))")
        }
        let (head, body) = (try await client.tapRequestHead(of: id), try await client.tapBody(.request, of: id))
        guard Int64(body.count) == exchange.request.body.length else {
            let kept = "\(body.count) of its body's \(exchange.request.body.length) bytes are kept"
            throw Self.problem(id, "cannot be made once more: \(kept)")
        }
        self.id = id
        began = UTCTime.nanoseconds(rfc3339: exchange.row.began) ?? 0
        (status, took) = (exchange.row.status, exchange.row.took)
        let host = exchange.row.target.hasPrefix("http") ? "" : exchange.row.host
        line = "\(exchange.row.method) \(host)\(exchange.row.target)"
        if let target {
            place = target.place
        } else if let local = exchange.local, let here = try? Endpoint(parsing: local) {
            guard here.isLoopback || remote else {
                throw Self.problem(
                    id,
                    "was asked at \(local), beyond this machine: --remote or --to says whether, or where else"
                )
            }
            place = here.place
        } else {
            throw Self.problem(id, "was asked nobody knows where: say where with --to")
        }
        do { request = try Self.request(head, body, id) } catch let error as HomeportError where body.isEmpty {
            // Whoever refuses a request need not read its body.
            throw Self.problem(
                id,
                "cannot be made once more: \(error.what) (what nobody took of it is not in the record)"
            )
        }
    }

    private static func problem(_ id: UInt64, _ what: String) -> HomeportError {
        HomeportError(.replayImpossible, "#\(id) \(what)")
    }

    private static func request(_ head: [UInt8], _ body: [UInt8], _ id: UInt64) throws -> SingleRequest {
        do throws(SingleRequest.Failure) {
            return try SingleRequest(head: ByteBuffer(bytes: head), body: ByteBuffer(bytes: body))
        } catch { throw HomeportError(.replayImpossible, error.text, where: "#\(id)") }
    }

    /// Lets it be edited first: its head with plain line ends, an empty line, its body.
    /// - Returns: False for a file that was emptied, as one does who has changed his mind.
    mutating func edit(_ client: ControlClient) async throws -> Bool {
        let (head, body) = (try await client.tapRequestHead(of: id), try await client.tapBody(.request, of: id))
        let edited = try Editor.edit(head.filter { $0 != UInt8(ascii: "\r") } + body)
        guard edited.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return false }
        request = try Self.request(edited: edited, before: body, id)
        return true
    }

    /// The number that the record has given to what was asked now; nil where it has not seen it.
    func number(
        of result: Result<SingleRequest.Answer, SingleRequest.Failure>,
        _ client: ControlClient
    ) async throws -> UInt64? {
        guard case .success(let answer) = result, let from = answer.local, let port = from.port,
            let host = from.ipAddress
        else { return nil }
        let name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let filter = "id>\(id) and client=\"\(name)\""
        return try await client.tap(filter, order: .newest, from: nil, limit: 1).rows.first?.id
    }

    /// Line ends are the protocol's again. A Content-Length is made right; a line end that the editor put behind the body is not the
    /// body's.
    static func request(edited: [UInt8], before: [UInt8], _ id: UInt64) throws -> SingleRequest {
        var lines: [ArraySlice<UInt8>] = []
        var rest = edited[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let bare = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if bare.isEmpty { break }
            lines.append(bare)
        }
        var body = Array(rest)
        if body.last == UInt8(ascii: "\n"), before.last != UInt8(ascii: "\n") { body.removeLast() }
        let head = lines.reduce(into: [UInt8]()) { head, line in
            let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
            head += name.lowercased() == "content-length" ? Array("\(name): \(body.count)".utf8) : Array(line)
            head += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
        return try request(head + [UInt8(ascii: "\r"), UInt8(ascii: "\n")], body, id)
    }

    func ask(within time: Duration) async -> Result<SingleRequest.Answer, SingleRequest.Failure> {
        do { return .success(try await request.ask(AddressDialer(place), within: time)) } catch {
            return .failure(error as? SingleRequest.Failure ?? .late)
        }
    }
}

extension HomeportError.Code {
    /// A request of the record cannot be made once more.
    static let replayImpossible = Self("replay.impossible", .words)
}
