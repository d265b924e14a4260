package import HomeportCore
import HomeportNet
import NIOCore
import Synchronization

/// How a link becomes another one while bytes flow.
extension Link {
    /// How many edits may wait for their end.
    private static let mostEdits = 1000

    /// Other conditions from now on, for who is there as for who comes.
    /// - Parameters:
    ///   - time: After which what is said here no longer acts; nil is for good.
    ///   - renewing: Names of conditions whose time begins anew, beside those that the edit itself names; nil is all.
    /// - Throws: ``HomeportError`` if the words do not go together; nothing has changed then.
    package func set(_ edit: LinkEdit, for time: Duration? = nil, renewing: Set<String>? = nil) async throws {
        let until = time.map { NIODeadline.now() + .nanoseconds($0.wholeNanoseconds) }
        let before = try state.withLock { state throws(HomeportError) in
            guard state.edits.count < Self.mostEdits || until == nil && edit.beginsAnew else {
                throw HomeportError(
                    .badValue,
                    "\(Self.mostEdits) changes came since one that has yet to end",
                    where: name,
                    fix: "begin anew with clear: true (on the command line: --clear)"
                )
            }
            let next = try edit.applied(to: state.settings, isDatagram: isDatagram)
            guard next.connect == .accept || canRefuse else { throw cannotRefuse }
            defer {
                // Nothing that was said before matters any more.
                if until == nil, edit.beginsAnew { state.edits = [] }
                state.edits.append(TimedEdit(edit: edit, until: until))
                state.settle(now: .now(), isDatagram: isDatagram)
                state.lease(now: .now()) { renewing?.contains($0.name) ?? true }
                publish(&state)
            }
            return (state.base, state.edits)
        }
        do { try await turn() } catch {
            state.withLock { state in
                (state.base, state.edits) = before
                state.settle(now: .now(), isDatagram: isDatagram)
                publish(&state)
            }
            throw error
        }
        arm()
        try await settle()
    }

    private var canRefuse: Bool {
        guard !isDatagram else { return false }
        if case .address(.unix)? = listening.withLock(\.place) { return false }
        return true
    }

    private var cannotRefuse: HomeportError {
        HomeportError(
            .badValue,
            "only a link that listens on a TCP port can refuse connections, or leave them unanswered",
            where: name,
            fix: "use blackhole or stall"
        )
    }

    /// Nothing gets through, either way, until ``heal()``; nothing is lost.
    package func cut(for time: Duration? = nil) async throws {
        state.withLock { state in
            state.isCut = true
            state.cutUntil = time.map { .now() + .nanoseconds($0.wholeNanoseconds) }
            publish(&state)
        }
        if time != nil { arm() }
        try await settle()
    }

    package func heal() async throws {
        state.withLock { state in
            state.isCut = false
            state.cutUntil = nil
            publish(&state)
        }
        arm()
        try await settle()
    }

    /// A plan's new word on what it does and where it leads. Connections that are there stay where they are.
    /// - Parameter plan: nil leaves what it does as it is.
    package func become(_ plan: LinkPlan?, to target: LinkTarget) async throws {
        guard let plan else { return state.withLock { $0.target = target } }
        let settings = try plan.settings()
        guard settings.connect == .accept || canRefuse else { throw cannotRefuse }
        state.withLock { state in
            state.target = target
            (state.base, state.planned, state.settings) = (settings, settings, settings)
            state.edits = []
            (state.isCut, state.cutUntil) = (false, nil)
            state.lease(now: .now()) { _ in true }
            publish(&state)
        }
        arm()
        try await turn()
        try await settle()
    }

    /// Whether it takes part in its group's line.
    package var sharesLine: Bool {
        state.withLock { ($0.settings.words.up + $0.settings.words.down).contains { $0[.ratePer] == .group } }
    }

    /// Returns when every loop has done what was asked of it before: what comes from then on meets the change.
    private func settle() async throws {
        guard !state.withLock(\.isEnded) else { throw HomeportError(.linkEnded, "the link \(name) has ended") }
        for loop in loops { try await loop.eventLoop.submit {}.get() }
    }

    /// Under the lock, so that every loop sees changes in one order; the loops do their part later.
    private func publish(_ state: inout LinkState) {
        guard !state.isEnded else { return }
        let profile = LinkProfile(
            state.settings.words,
            isCut: state.isCut,
            own: own,
            group: shared,
            draws: draws,
            births: state.births,
            connection: numbers.load(ordering: .relaxed),
            recording: recording,
            now: Self.now
        )
        state.note(profile)
        own.keep(only: Set(state.names.keys))
        http.become(state.settings.http)
        for loop in loops { loop.eventLoop.execute { loop.value.become(profile) } }
    }

    /// Wakes when something changes by itself: an edit ends, a cut heals, a schedule goes on, a condition is left behind.
    func arm() {
        let (generation, next) = state.withLock { state in
            state.generation += 1
            let ends = state.edits.compactMap(\.until) + [state.cutUntil].compactMap { $0 }
            let schedule = state.until.map { NIODeadline.uptimeNanoseconds($0) }
            return (state.generation, (ends + state.leases.values + [schedule].compactMap { $0 }).min())
        }
        guard let next, let loop = loops.first?.eventLoop, !state.withLock(\.isEnded) else { return }
        loop.scheduleTask(deadline: next) { [weak self] in self?.expire(generation) }
    }

    private func expire(_ generation: UInt64) {
        let isMine = state.withLock { state in
            guard state.generation == generation else { return false }
            let now = NIODeadline.now()
            if let until = state.cutUntil, until <= now { (state.isCut, state.cutUntil) = (false, nil) }
            _ = state.endLeases(now: now)
            state.settle(now: now, isDatagram: isDatagram)
            state.lease(now: now) { _ in false }
            publish(&state)
            return true
        }
        guard isMine, let loop = loops.first?.eventLoop else { return }
        loop.makeFutureWithTask { [self] in try await turn() }.whenFailure { [self] in onWarning("\(name): \($0)") }
        arm()
    }
}

extension HomeportError.Code {
    package static let linkEnded = Self("link.ended", .world)
}
