import Crypto
import NIOCore
package import NIOPosix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Whether a password is right, for all who ask, on every loop.
///
/// Hashes are slow on purpose, so they are checked on threads of their own, a few at a time. What was right once is
/// remembered by a keyed digest and found again at once. What was wrong is never remembered, and costs its full time
/// again. Several who ask the same at the same time, as a browser's first connections do, share one check.
package final class PasswordCheck: Sendable {
    enum Verdict {
        case right
        case wrong
        /// Too many checks are under way. Who floods us with passwords is turned away, not queued.
        case busy
    }

    private struct State {
        var known: Set<SHA256Digest> = []
        var running: [SHA256Digest: EventLoopFuture<Bool>] = [:]
    }

    private enum Step {
        case known, busy
        case wait(EventLoopFuture<Bool>)
        case start(EventLoopPromise<Bool>)
    }

    private let credentials: [Credential]
    private let threads: NIOThreadPool
    private let mostRunning: Int
    private let state = Mutex(State())
    private let key = SymmetricKey(size: .bits256)

    private static let mostKnown = 1024

    /// - Parameter mostRunning: How many different passwords may wait or be checked at once.
    package init(_ credentials: [Credential], threads: NIOThreadPool = PasswordCheck.threads, mostRunning: Int = 32) {
        self.credentials = credentials
        self.threads = threads
        self.mostRunning = mostRunning
    }

    /// Two, so that a flood of passwords leaves cores for those who are already in.
    package static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        return threads
    }()

    func hasUser(_ name: String) -> Bool { credentials.contains { $0.user == name } }

    /// Whether it was right before.
    func knows(_ attempt: BasicAttempt) -> Bool {
        let digest = digest(attempt)
        return state.withLock { $0.known.contains(digest) }
    }

    private func digest(_ attempt: BasicAttempt) -> SHA256Digest {
        SHA256.hash(data: Data(HMAC<SHA256>.authenticationCode(for: attempt.bytes, using: key)))
    }

    /// Calls `body` with the verdict, on `loop`: at once if it is known.
    func verdict(on attempt: BasicAttempt, _ loop: any EventLoop, _ body: @escaping (Verdict) -> Void) {
        let digest = digest(attempt)
        let step = state.withLock { state -> Step in
            if state.known.contains(digest) { return .known }
            if let running = state.running[digest] { return .wait(running) }
            guard state.running.count < mostRunning else { return .busy }
            let promise = loop.makePromise(of: Bool.self)
            state.running[digest] = promise.futureResult
            return .start(promise)
        }
        switch step {
        case .known: body(.right)
        case .busy: body(.busy)
        case .wait(let running): Self.tell(running, loop, body)
        case .start(let promise):
            Self.tell(promise.futureResult, loop, body)
            threads.runIfActive(eventLoop: loop) { [self] in
                let isRight = matches(attempt)
                state.withLock { state in
                    state.running[digest] = nil
                    guard isRight else { return }
                    if state.known.count >= Self.mostKnown { state.known.removeAll() }
                    state.known.insert(digest)
                }
                return isRight
            }
            .cascade(to: promise)
        }
    }

    private static func tell(_ check: EventLoopFuture<Bool>, _ loop: any EventLoop, _ body: @escaping (Verdict) -> Void)
    {
        check.hop(to: loop).assumeIsolated().whenComplete { result in
            if case .success(true) = result { body(.right) } else { body(.wrong) }
        }
    }

    private func matches(_ attempt: BasicAttempt) -> Bool {
        let own = credentials.filter { $0.user == attempt.user }
        // An unknown user costs as much time as a known one, so that names cannot be told apart by it.
        let tried = own.isEmpty ? Array(credentials.prefix(1)) : own
        return tried.contains { $0.hash.matches(attempt.password) } && !own.isEmpty
    }
}
