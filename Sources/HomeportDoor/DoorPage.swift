import HomeportCore
import HomeportHTTP
import NIOCore

/// The door's own two answers: what is behind it, and that a name is not.
final class DoorPage: Responder {
    private let status: Int
    private let title: String
    private let routes: [RouteTable.Route]
    private let neighbours: Neighbours?

    private init(status: Int, title: String, routes: [RouteTable.Route], _ neighbours: Neighbours?) {
        self.neighbours = neighbours
        self.status = status
        self.title = title
        self.routes = routes
    }

    static func index(_ routes: [RouteTable.Route], _ neighbours: Neighbours?) -> DoorPage {
        DoorPage(status: 200, title: "What is behind this door", routes: routes, neighbours)
    }

    static func unknown(_ host: String, among routes: [RouteTable.Route], _ neighbours: Neighbours?) -> DoorPage {
        let name = String(host.dropLast(".localhost".count))
        let known = routes.map(\.host) + (neighbours?.shown.map(\.host) ?? [])
        let near = Spelling.nearest(to: name, among: known.map { String($0.dropLast(".localhost".count)) })
        let hint = near.map { "; did you mean \($0)?" } ?? ""
        return DoorPage(status: 404, title: "No service is called \(name)\(hint)", routes: routes, neighbours)
    }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        guard head.method == .get || head.method == .head else {
            var (answer, body) = ResponseHead.text(405, "405 Method Not Allowed: only GET lists what is here\n")
            answer.add("Allow", "GET, HEAD")
            return exchange.answer(answer, body)
        }
        let port = head.with(head.authority) { authority in
            authority.extracting(Authority.host(of: authority).upperBound...).string
        }
        let text = head.acceptsPages ? page(port) : plain(port)
        var answer = ResponseHead(status, body: .length(Int64(text.utf8.count)))
        answer.add("Content-Type", head.acceptsPages ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
        answer.add("Cache-Control", "no-store")
        answer.add("Vary", "Accept")
        answer.add("X-Content-Type-Options", "nosniff")
        exchange.answer(answer, ByteBuffer(string: text))
    }

    private func plain(_ port: String) -> String {
        routes.reduce(title + "\n") { $0 + "  http://\($1.name.host)\(port)/  \($1.summary.harmless)\n" }
    }

    private func page(_ port: String) -> String {
        let rows = routes.reduce("") {
            $0
                + "<li><a href=\"http://\($1.name.host)\(port.html)/\">\($1.name)</a> <span>\($1.summary.html)</span></li>\n"
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(title.html)</title>
            <style>
            :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }
            body { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem }
            h1 { font-size: 1.3rem } ul { list-style: none; padding: 0 } li { padding: .4rem 0 }
            a { font-weight: 600 } span { opacity: .7 }
            </style></head>
            <body><h1>\(title.html)</h1><ul>
            \(rows)</ul></body></html>
            """
    }
}
