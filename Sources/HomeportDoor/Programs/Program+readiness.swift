import HomeportCore
import HomeportNet
import NIOCore
import Synchronization

/// When a program can be used, and where it is then.
extension Program {
    func becomeReady(_ run: Int) {
        guard run == self.run else { return }
        supervision.becameReady()
        tellChange()
    }

    /// Looks where it listens, often at first, until it is found; and tells when it takes too long.
    func observe(_ run: Int) async {
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(5)
        while run == self.run, !Task.isCancelled, supervision.isAlive {
            look(isPatient: .now - start < Self.patience)
            if let place = status.place, supervision.phase == .starting {
                switch plan.readiness.sign {
                case .listening: supervision.becameReady()
                case .path(let path): if await answers(path, at: place) { becomeReady(run) }
                case .log, .started: break
                }
            }
            guard run == self.run else { return }
            if supervision.phase == .starting, !isLate, .now - start > plan.readiness.within {
                isLate = true
                surroundings.onWarning("\(name) is not ready after \(plan.readiness.within.text): \(whyLate(status))")
            }
            tellChange()
            if status.place != nil, supervision.phase == .ready { return await tellPlace() }
            try? await Task.sleep(for: pause)
            pause = min(pause * 3 / 2, supervision.phase == .ready ? .seconds(5) : .seconds(1))
        }
    }

    /// How long one that listens elsewhere may still come to listen where it was told.
    private static let patience = Duration.milliseconds(500)

    nonisolated func whyLate(_ status: ProgramStatus) -> String {
        switch plan.readiness.sign {
        case .path(let path) where status.place != nil: "GET \(path) does not succeed"
        case .log(let text): "no line of its output contains \"\(text)\""
        case .path, .listening, .started: "it does not listen"
        }
    }

    func look(isPatient: Bool) {
        lastLook = .now
        guard let kept else { return }
        guard ProcessTree.tellsListeners else {
            let told = Endpoint.Place.loopback(surroundings.port)
            let answers = (try? BlockingConnection.open(told)) != nil
            return snapshot.withLock { $0.place = answers ? told : nil }
        }
        let tree = ProcessTree.descendants(of: kept.keeper)
        let network = network.withLock { $0 }
        let sockets = network?.listeners(of: tree) ?? ProcessTree.listeners(of: tree)
        let place = ObservedListener.place(among: sockets, port: surroundings.port, isPatient: isPatient)
        let isExposed = network == nil && sockets.contains { $0.state == .listen && !$0.local.address.isLoopback }
        snapshot.withLock { ($0.place, $0.isExposed) = (place, isExposed) }
    }

    /// What is found of it beside its readiness, said once for each start.
    func tellPlace() async {
        let status = status
        guard let place = status.place, !hasToldPlace else { return }
        hasToldPlace = true
        if status.isExposed {
            surroundings.onWarning(
                "\(name) listens beyond the loopback: other machines can reach it; its HOST says 127.0.0.1"
            )
        }
        let port = surroundings.port
        guard Endpoint(place).port != port, handed.isEmpty else { return }
        surroundings.onWarning(
            "\(name) listens on \(Endpoint(place)), not on its PORT \(port.number), which leads there"
        )
        if relay == nil { await answerAtPort() }
    }

    /// Answers at the port that it was told, where it does not listen there itself.
    func answerAtPort() async {
        let (run, port) = (run, surroundings.port)
        let relay = try? await PassedPort.open(
            ListeningSockets.open(.loopbacks(port)),
            on: surroundings.loop,
            way: { _ in ProgramDialer(self) }
        )
        // It may have ended meanwhile, and want its port back.
        guard run == self.run, supervision.isAlive else { return _ = await relay?.stop(within: .zero) }
        self.relay = relay
    }

    /// Leads to a place where it listens.
    nonisolated func way(to place: Endpoint.Place) -> any Dialer {
        network.withLock { $0?.dialer(to: place) } ?? AddressDialer(place)
    }

    private func answers(_ path: String, at place: Endpoint.Place) async -> Bool {
        let host = Endpoint(place).description
        let question = ByteBuffer(
            string: "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: homeport\r\nConnection: close\r\n\r\n"
        )
        guard
            let answer = try? await OneShot.ask(way(to: place), question, limit: 64 << 10, within: .seconds(2))
        else { return false }
        let line = String(decoding: answer.readableBytesView.prefix(12), as: UTF8.self)
        guard line.hasPrefix("HTTP/1."), let status = Int(line.dropFirst(9).prefix(3)) else { return false }
        return status < 400
    }

    /// Returns when it is ready, has ended, or has taken longer than its plan allows.
    package func settled() async -> ProgramStatus {
        while true {
            switch supervision.phase {
            case .ready, .ended, .stopped: return status
            case .starting, .backingOff: if isLate || supervision.failures > 0 { return status }
            case .waiting: break
            }
            await change(within: .seconds(1))
        }
    }

    /// The same, but goes on waiting while it is started again and again.
    package func readyOrLate() async -> ProgramStatus {
        let deadline = ContinuousClock.now + plan.readiness.within
        while [.waiting, .starting, .backingOff].contains(supervision.phase) {
            if isLate || supervision.phase != .waiting && .now > deadline { break }
            await change(within: .seconds(1))
        }
        return status
    }

    /// Returns when nothing of it is left and it is not started again.
    package func over() async -> ProgramStatus {
        while supervision.phase != .ended, supervision.phase != .stopped { await change(within: .seconds(60)) }
        return status
    }

    /// Where it listens now: looked at again, and waited for while it starts.
    /// - Throws: ``ProgramTrouble``
    func place(after failure: Bool) async throws -> Endpoint.Place {
        let deadline = ContinuousClock.now + Self.longestWait
        // Thousands may ask at once: one look is enough for all of them.
        if failure, ContinuousClock.now - lastLook > .milliseconds(50) { look(isPatient: false) }
        while true {
            if let place = status.place { return place }
            let isComing = supervision.isComing && !isLate
            let left = deadline - .now
            guard isComing, left > .zero else { throw trouble() }
            await change(within: left)
        }
    }

    private static let longestWait = Duration.seconds(10)
}
