import Dispatch
import Synchronization

/// Finds out which processes peers are, while they are there, on a thread of its own: nobody is held up.
///
/// The kernel names the socket at the other end at once; whose it is has to be read from `/proc`. A search that began when a connection
/// came mostly is done before a short-lived client is gone. Where connections come by the thousand, only some of their processes are
/// found: all that is looked for takes a twentieth of one core at most.
package final class PeerProcesses: Sendable {
    private struct Question {
        let ends: SocketEnds
        let answer: PeerProcess
    }

    private struct State {
        var questions: [Question] = []
        var isClosed = false
        /// Time that may be spent, and when that was last reckoned.
        var left = PeerProcesses.most
        var reckoned = ContinuousClock.now
    }

    private static let mostQuestions = 256
    /// That may be spent at once.
    private static let most = Duration.milliseconds(100)
    private static let share = 20
    /// Processes that are looked into early: who has asked mostly asks again.
    private static let mostRecent = 16

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "homeport.peers")
    /// On the queue.
    private let recent = Mutex<[Int32]>([])

    package init() {}

    /// Looks for the process at the other end, if nobody has done so yet.
    package func find(_ peer: Peer, isDatagram: Bool) {
        guard let local = peer.local.name, let remote = peer.remote.name, peer.process.seek() else {
            return
        }
        let ends = SocketEnds(transport: isDatagram ? .udp : .tcp, local: remote, remote: local)
        let isTaken = state.withLock { state in
            let now = ContinuousClock.now
            state.left = min(Self.most, state.left + (now - state.reckoned) / Self.share)
            state.reckoned = now
            guard !state.isClosed, state.left > .zero, state.questions.count < Self.mostQuestions else {
                return false
            }
            state.questions.append(Question(ends: ends, answer: peer.process))
            // Before the lock is let go: who closes waits for what is in the queue.
            if state.questions.count == 1 { queue.async { self.answer() } }
            return true
        }
        if !isTaken { peer.process.found(nil) }
    }

    /// What is looked for is found or given up when this returns; nothing is looked for from then on.
    package func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }

    private func answer() {
        let began = ContinuousClock.now
        let questions = state.withLock { state in
            defer { state.questions = [] }
            return state.questions
        }
        let answers = SocketInquiry.sockets(at: questions.map(\.ends))
        let sockets = answers.map { if case .socket(let socket) = $0 { socket } else { nil as SocketRecord? } }
        let inodes = sockets.compactMap { $0?.inode }
        let recent = recent.withLock(\.self)
        let owners = ProcessTable.owners(of: inodes, .firstOwner, .newestFirst(then: recent))
        for (question, socket) in zip(questions, sockets) {
            question.answer.found(socket.flatMap { owners[$0.inode]?.first })
        }
        let found = Set(owners.values.compactMap { $0.first?.pid })
        self.recent.withLock {
            $0 = Array((found.sorted(by: >) + $0.filter { !found.contains($0) }).prefix(Self.mostRecent))
        }
        state.withLock { $0.left -= ContinuousClock.now - began }
    }
}
