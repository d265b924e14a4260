import HomeportCore
import HomeportHTTP
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The door's own two answers: what is behind it, and that a name is not.
final class IndexPage: Responder {
    /// One service, as it is at the moment.
    private struct Row: Encodable {
        var name, url, summary: String
        /// Of a program.
        var state: String?
        var trouble: String?
    }

    private struct Contents: Encodable {
        var title: String
        var services: [Row]
    }

    private let routes: [RouteTable.Route]
    private let neighbours: Neighbours?

    /// Asked for, and not here.
    private let unknown: String?

    /// - Parameter unknown: A host that no service has; nil for the list alone.
    init(_ routes: [RouteTable.Route], _ neighbours: Neighbours?, unknown: String? = nil) {
        self.routes = routes
        self.neighbours = neighbours
        self.unknown = unknown
    }

    private func heading() -> (status: Int, title: String) {
        guard let unknown else { return (200, "What is behind this door") }
        if let project = neighbours?.project(of: unknown) {
            return (502, "\(unknown) belongs to the project \(project), which takes no connections at the moment")
        }
        let name = String(unknown.dropLast(".localhost".count))
        let known = routes.map(\.host) + (neighbours?.shown.map(\.host) ?? [])
        let near = Spelling.nearest(to: name, among: known.map { String($0.dropLast(".localhost".count)) })
        return (404, "No service is called \(name)\(near.map { "; did you mean \($0)?" } ?? "")")
    }

    func respond(to head: RequestHead, _ exchange: any Exchange) {
        // Whoever may see it, it is no word on who may come in.
        guard !Via.isQuestion(head.fields) else {
            return exchange.refuse(Refusal(508, "access.loop", "the list of services lets nobody in: ask a service"))
        }
        guard head.method.isGetOrHead else {
            var (answer, body) = ResponseHead.text(405, "405 Method Not Allowed: only GET lists what is here\n")
            answer.add("Allow", "GET, HEAD")
            return exchange.answer(answer, body)
        }
        let port = head.with(head.authority) { authority in
            authority.extracting(Authority.host(of: authority).upperBound...).string
        }
        let form = PageForm(for: head)
        let (status, title) = heading()
        let text = text(form, title, rows(port))
        exchange.answer(.page(status, form, length: text.utf8.count), ByteBuffer(string: text))
    }

    /// - Parameter port: With its colon; empty where the client named none.
    private func rows(_ port: String) -> [Row] {
        let own = routes.map { route in
            let status = route.program?.status
            let name = route.name.text
            return Row(
                name: name,
                url: "http://\(route.host)\(port)/",
                summary: route.summary,
                state: status?.state.rawValue,
                trouble: status?.trouble ?? (status?.state == .ready ? nil : status?.exit.map { "\($0)" })
            )
        }
        let others = neighbours?.shown ?? []
        return own + others.map { Row(name: $0.name, url: "http://\($0.host)\(port)/", summary: $0.summary) }
    }

    private func text(_ form: PageForm, _ title: String, _ rows: [Row]) -> String {
        switch form {
        case .text:
            return rows.reduce(title + "\n") {
                $0 + "  \($1.url)  \($1.summary.harmless)\($1.state.map { "  (\($0))" } ?? "")\n"
            }
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let data = (try? encoder.encode(Contents(title: title, services: rows))) ?? Data()
            return String(decoding: data, as: UTF8.self) + "\n"
        case .html:
            let items = rows.reduce("") { text, row in
                let state = row.state.map { state in
                    let why = row.trouble.map { ": \($0)" } ?? ""
                    return " <span class=\"\(state == "ready" ? "" : "bad")\">\((state + why).html)</span>"
                }
                return text + "<li><a href=\"\(row.url.html)\">\(row.name.html)</a> <span>\(row.summary.html)</span>"
                    + "\(state ?? "")</li>\n"
            }
            return PageFrame.html(title: title, body: "<ul>\n\(items)</ul>")
        }
    }
}
