package import HomeportHTTP
import NIOCore

/// Lets requests through to another responder when they carry a known user's password (RFC 7617).
package final class BasicAuthentication: Responder {
    private let check: PasswordCheck
    private let next: any Responder

    /// - Parameter check: Shared by all responders that the same users may reach.
    package init(_ check: PasswordCheck, protecting next: any Responder) {
        self.check = check
        self.next = next
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        // A browser's preflight never carries credentials (Fetch standard), and OPTIONS tells no secret.
        if head.method == .options { return next.respond(to: head, exchange) }
        guard let attempt = BasicAttempt(head) else { return challenge(exchange) }
        check.verdict(on: attempt, exchange.loop.loop) { [self] verdict in
            switch verdict {
            case .right: next.respond(to: head, exchange)
            case .wrong: challenge(exchange)
            case .busy:
                exchange.refuse(Refusal(429, "credentials.busy", "too many passwords are being checked; try again"))
            }
        }
    }

    private func challenge(_ exchange: any Exchange) {
        var (head, body) = ResponseHead.text(401, "401 Unauthorized: a user and a password are needed\n")
        head.add("WWW-Authenticate", "Basic realm=\"Homeport\", charset=\"UTF-8\"")
        exchange.answer(head, body)
    }
}
