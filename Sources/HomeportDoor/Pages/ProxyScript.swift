import HomeportCore
import HomeportHTTP
import NIOCore

/// `/proxy.pac`: how a browser that cannot look `*.localhost` up is told to come here for them, and for nothing else.
final class ProxyScript: Responder {
    static let path = "/proxy.pac"

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        guard head.method.isGetOrHead else {
            var (answer, body) = ResponseHead.text(405, "405 Method Not Allowed: only GET reads the script\n")
            answer.add("Allow", "GET, HEAD")
            return exchange.answer(answer, body)
        }
        let port = head.with(head.authority) { authority in
            authority.extracting(Authority.host(of: authority).upperBound...).string
        }
        // Written into a script: digits and nothing else.
        let number = UInt16(port.dropFirst()) ?? Port.homeport.number
        let text = """
            function FindProxyForURL(url, host) {
              if (dnsDomainIs(host, ".localhost") && url.substring(0, 6) !== "https:") return "PROXY 127.0.0.1:\(number)";
              return "DIRECT";
            }

            """
        var answer = ResponseHead(200, body: .length(Int64(text.utf8.count)))
        answer.add("Content-Type", "application/x-ns-proxy-autoconfig")
        answer.add("Cache-Control", "no-store")
        answer.add("X-Content-Type-Options", "nosniff")
        exchange.answer(answer, ByteBuffer(string: text))
    }
}
