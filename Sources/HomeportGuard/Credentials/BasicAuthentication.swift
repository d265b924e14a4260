import Crypto
package import HomeportHTTP
import NIOCore
import NIOPosix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Lets requests through to another responder when they carry a known user's password (RFC 7617).
///
/// Hashes are slow on purpose, so they are checked on other threads, a few at a time; what was right once is remembered
/// by a keyed digest and found again at once. What was wrong is never remembered, and costs its full time again.
package final class BasicAuthentication: Responder {
    private struct State {
        var known: Set<SHA256Digest> = []
        var checking = 0
    }

    private let credentials: [Credential]
    private let next: any Responder
    private let state = Mutex(State())
    private let key = SymmetricKey(size: .bits256)

    private static let mostKnown = 1024
    /// Checks that may wait or run at once. Who floods us with passwords is turned away, not queued.
    private static let mostChecking = 32

    package init(_ credentials: [Credential], protecting next: any Responder) {
        self.credentials = credentials
        self.next = next
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        // A browser's preflight never carries credentials (Fetch standard), and OPTIONS tells no secret.
        if head.method == .options { return next.respond(to: head, exchange) }
        guard let attempt = Attempt(head) else { return challenge(exchange) }
        let digest = SHA256.hash(data: Data(HMAC<SHA256>.authenticationCode(for: attempt.bytes, using: key)))
        if state.withLock({ $0.known.contains(digest) }) { return next.respond(to: head, exchange) }
        let mayCheck = state.withLock { state in
            guard state.checking < Self.mostChecking else { return false }
            state.checking += 1
            return true
        }
        guard mayCheck else {
            return exchange.refuse(Refusal(429, "credentials.busy", "too many passwords are being checked; try again"))
        }
        let bound = NIOLoopBound((self, head, exchange), eventLoop: exchange.loop.loop)
        NIOThreadPool.singleton
            .runIfActive(eventLoop: exchange.loop.loop) { [self] in isRight(attempt, digest) }
            .whenComplete { result in
                let (authentication, head, exchange) = bound.value
                if case .success(true) = result {
                    authentication.next.respond(to: head, exchange)
                } else {
                    authentication.challenge(exchange)
                }
            }
    }

    private func isRight(_ attempt: Attempt, _ digest: SHA256Digest) -> Bool {
        // An unknown user costs as much time as a known one, so that names cannot be told apart by it.
        let credential = credentials.first { $0.user == attempt.user }
        let matches = (credential ?? credentials.first)?.hash.matches(attempt.password) ?? false
        return state.withLock { state in
            state.checking -= 1
            guard credential != nil, matches else { return false }
            if state.known.count >= Self.mostKnown { state.known.removeAll() }
            state.known.insert(digest)
            return true
        }
    }

    private func challenge(_ exchange: any Exchange) {
        var (head, body) = ResponseHead.text(401, "401 Unauthorized: a user and a password are needed\n")
        head.add("WWW-Authenticate", "Basic realm=\"Homeport\", charset=\"UTF-8\"")
        exchange.answer(head, body)
    }

    private struct Attempt: Sendable {
        let user: String
        let password: [UInt8]
        let bytes: [UInt8]

        init?(_ head: RequestHead) {
            guard let value = head.text(.authorization), value.utf8.count <= 4096 else { return nil }
            let words = value.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].lowercased() == "basic",
                let bytes = Data(base64Encoded: words[1].trimmingPrefix { $0 == " " }.description).map(Array.init),
                let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
            else { return nil }
            self.bytes = bytes
            user = String(decoding: bytes[..<colon], as: UTF8.self)
            password = Array(bytes[(colon + 1)...])
        }
    }
}
