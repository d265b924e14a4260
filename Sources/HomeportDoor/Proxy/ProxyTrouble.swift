import HomeportHTTP
import HomeportNet
import NIOCore

/// What a service did wrong, as a refusal and as a page.
enum ProxyTrouble {
    static func refuse(
        _ exchange: any Exchange,
        _ head: RequestHead,
        _ failure: ClientFailure,
        by service: ProxiedService
    ) {
        let refusal = refusal(failure, service)
        var page = TroublePage(refusal, service: service.name)
        if case .unreachable(let trouble as ProgramTrouble) = failure {
            page.add(trouble)
        } else if let trouble = service.program?.trouble() {
            page.add(trouble)
            page.fix = nil
        }
        let form = PageForm(for: head)
        let text = page.text(form)
        exchange.refuse(
            refusal,
            .page(refusal.status, form, length: text.utf8.count),
            ByteBuffer(string: text)
        )
    }

    private static func refusal(_ failure: ClientFailure, _ service: ProxiedService) -> Refusal {
        let name = service.name
        switch failure {
        case .unreachable(let trouble as ProgramTrouble): return Refusal(502, "proxy.unreachable", trouble.what)
        case .unreachable(let error):
            let place = service.place.map { " at \($0)" } ?? ""
            return Refusal(502, "proxy.unreachable", "\(name) cannot be reached\(place): \(DialFailure.text(error))")
        case .noAnswer:
            return Refusal(502, "proxy.no-answer", "\(name) ended the connection without an answer")
        case .cutShort:
            let what = "\(name) ended the connection in the middle of its answer's head"
            return Refusal(502, "proxy.cut-short", what)
        case .malformed(let refusal):
            return Refusal(502, "proxy.malformed", "\(name) answered what makes no sense: \(refusal.detail)")
        }
    }
}

/// Who stands behind a proxy, for words about it.
package struct ProxiedService: Sendable {
    package var name: String
    /// `127.0.0.1:3000`; nil where it moves.
    package var place: String?
    package var program: Program?

    package init(name: String, place: String? = nil, program: Program? = nil) {
        self.name = name
        self.place = place
        self.program = program
    }
}
