import HomeportCore
import HomeportGuard
import HomeportHTTP
import HomeportNet
import NIOCore
import NIOEmbedded

/// Sends what libFuzzer makes up to a service that is guarded, and reads each request that came through once more, in other ways: it must
/// have asked for a name of this machine, be none of a foreign page that could change something, and lie outside the path that is closed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAccess(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let responder = Reached()
    let loop = EmbeddedEventLoop()
    let service = HTTPService(responder: gate.guarding(responder), policy: AccessPolicy())
    let handler = HTTPConnectionHandler(service: service, loop: LoopState(loop: loop, index: 0))
    let channel = EmbeddedChannel(handler: handler, loop: loop)
    try? channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    loop.run()
    _ = try? channel.finish(acceptAlreadyClosed: true)
    loop.run()
    return 0
}

private let closed = "/admin"

private let gate: AccessGate = {
    var rules = AccessRules()
    var rule = AccessRules.Rule()
    do { rule.paths = [try PathPattern(parsing: closed)] } catch { preconditionFailure("\(error)") }
    rules.rules = [rule]
    return AccessGate(rules)
}()

/// Nobody may come here who should not.
private final class Reached: Responder {
    func respond(to head: RequestHead, _ exchange: any Exchange) {
        let authority = head.text(head.authority)
        let isNameless = authority.isEmpty && !head.fields.hasAny(of: [.host])
        precondition(isNameless || isOurs(authority), "the host \"\(authority)\" came through")
        for path in readings(of: head.text(head.path)) {
            precondition(
                path != closed && !path.hasPrefix(closed + "/"),
                "\(head.targetText) came through, which is \(path)"
            )
        }
        if !head.method.isSafe || head.fields.hasAny(of: [.upgrade]), head.fields.hasAny(of: [.secFetchSite]) {
            let site = head.fields.text(.secFetchSite) ?? ""
            precondition(["same-origin", "none"].contains(site), "a page came through: \(site)")
        }
        let (answer, body) = ResponseHead.text(200, "in")
        exchange.answer(answer, body)
    }

    private func isOurs(_ authority: String) -> Bool {
        var host = authority.lowercased()
        if let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].allSatisfy(\.isNumber),
            !host.hasSuffix("]")
        {
            host = String(host[..<colon])
        }
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        if host.hasPrefix("[") { return IPv6(host.dropFirst().dropLast())?.isLoopback ?? false }
        return IPv4(host)?.isLoopback ?? false
    }

    /// As services may read it: escapes once or until there are none, parameters kept or left out, backslashes as they are or as slashes.
    private func readings(of path: String) -> Set<String> {
        var all: Set<String> = []
        var text = Array(path.utf8)
        for _ in 0..<4 {
            for plain in [text, text.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }] {
                let parts = plain.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
                all.insert(settled(parts.map { Array($0) }))
                all.insert(settled(parts.map { Array($0.prefix { $0 != UInt8(ascii: ";") }) }))
            }
            text = unescaped(text)
        }
        return all
    }

    private func settled(_ parts: [[UInt8]]) -> String {
        var kept: [[UInt8]] = []
        for part in parts where !part.isEmpty && part != Array(".".utf8) {
            if part == Array("..".utf8) { _ = kept.popLast() } else { kept.append(part) }
        }
        return kept.map { "/" + String(decoding: $0, as: UTF8.self).lowercased() }.joined()
    }

    private func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var (result, index) = ([UInt8](), 0)
        while index < bytes.count {
            let digits = bytes[index...].dropFirst().prefix(2)
            if bytes[index] == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
