package import HomeportCore
package import HomeportLink
import HomeportNet
package import HomeportRuntime
package import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks a running project, through its control socket.
package struct ControlClient: Sendable {
    package let socket: String
    /// How long a status may take. A project that runs answers in milliseconds.
    private let patience: TimeAmount

    package init(socket: String, patience: TimeAmount = .seconds(3)) {
        self.socket = socket
        self.patience = patience
    }

    /// - Returns: nil when nobody listens there; a socket that a dead process left is cleared away.
    /// - Throws: ``HomeportError`` with code `control.silent` or `control.broken` when somebody listens and gives no, or no
    ///   sensible, answer.
    package func status() async throws(HomeportError) -> ProjectStatus? {
        do throws(HomeportError) {
            let (code, body) = try await ask("GET", "/api/v1/status", nil, within: patience)
            guard code == 200, let status = try? JSONDecoder().decode(ProjectStatus.self, from: body) else {
                throw broken("it answers, but not as this version of Homeport does")
            }
            return status
        } catch {
            guard error.code == .controlGone else { throw error }
            return nil
        }
    }

    /// Applies a plan, or says what applying it would change.
    /// - Throws: ``PlanRefusal`` with every problem, when nothing was changed.
    package func change(_ wish: PlanWish) async throws -> PlanChange {
        let question = try JSONEncoder().encode(wish)
        let (code, body): (Int, Data)
        do throws(HomeportError) {
            (code, body) = try await ask("POST", "/api/v1/plan", question, within: .seconds(60))
        } catch {
            guard error.code == .controlSilent else { throw error }
            throw HomeportError(
                .controlSilent,
                "the project has not said within a minute that it has changed",
                where: socket,
                fix: "large folders that are watched take a while; homeport status tells what runs"
            )
        }
        if code == 200, let change = try? JSONDecoder().decode(PlanChange.self, from: body) { return change }
        guard let errors = try? JSONDecoder().decode(ControlProblems.self, from: body).errors, !errors.isEmpty else {
            throw broken("it answered \(code) to the plan")
        }
        throw PlanRefusal(problems: errors)
    }

    /// Changes links of the project.
    /// - Returns: What they are now.
    package func change(_ links: LinkChange) async throws -> [LinkStatus] {
        let (code, body) = try await ask("POST", "/api/v1/links", JSONEncoder().encode(links), within: .seconds(10))
        if code == 200, let list = try? JSONDecoder().decode(LinkList.self, from: body) { return list.links }
        guard let error = try? JSONDecoder().decode(ControlProblems.self, from: body).errors.first else {
            throw broken("it answered \(code) to a change of links")
        }
        throw error
    }

    /// What programs have said.
    /// - Parameters:
    ///   - service: Nil for all.
    ///   - number: Lines after this one.
    ///   - seconds: How long to wait for one where there is none.
    package func lines(of service: String?, after number: UInt64, wait seconds: Int) async throws -> LogPage {
        let query = (service.map { "service=\($0)&" } ?? "") + "after=\(number)&wait=\(seconds)"
        return try await whileItRuns {
            let (code, body) = try await ask("GET", "/api/v1/logs?\(query)", nil, within: .seconds(Int64(seconds) + 5))
            guard code == 200, let page = try? JSONDecoder().decode(LogPage.self, from: body) else {
                throw broken("it answered \(code) to a question for its logs")
            }
            return page
        }
    }

    /// Ends programs and starts them once more.
    /// - Returns: What the project is then.
    package func restart(_ services: [String]) async throws -> ProjectStatus {
        let question = try JSONEncoder().encode(RestartWish(services: services))
        let (code, body) = try await ask("POST", "/api/v1/restart", question, within: .seconds(150))
        if code == 200, let status = try? JSONDecoder().decode(ProjectStatus.self, from: body) { return status }
        guard let error = try? JSONDecoder().decode(ControlProblems.self, from: body).errors.first else {
            throw broken("it answered \(code) to a restart")
        }
        throw error
    }

    package func stop() async throws { _ = try await ask("POST", "/api/v1/stop", Data(), within: .seconds(10)) }

    func ask(
        _ method: String,
        _ path: String,
        _ body: Data?,
        within time: TimeAmount
    ) async throws(HomeportError) -> (status: Int, body: Data) {
        var question = ByteBuffer(
            string: "\(method) \(path) HTTP/1.1\r\nHost: \(ServiceName.control)\r\nConnection: close\r\n"
                + (body.map { "Content-Length: \($0.count)\r\n" } ?? "") + "\r\n"
        )
        if let body { question.writeBytes(body) }
        let answer: ByteBuffer
        do {
            answer = try await OneShot.ask(unixSocket: socket, question, limit: 16 << 20, within: time)
        } catch let error as IOError {
            guard [ECONNREFUSED, ENOENT, ENOTDIR].contains(error.errnoCode) else {
                throw broken(SystemFailure.text(error.errnoCode))
            }
            if error.errnoCode == ECONNREFUSED { UnixSocket.removeStale(at: socket) }
            throw gone
        } catch {
            throw silent
        }
        let bytes = Data(answer.readableBytesView)
        guard bytes.starts(with: Data("HTTP/1.1 ".utf8)), let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)),
            let status = Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self))
        else { throw broken("what it answered is no HTTP") }
        return (status, bytes[end.upperBound...])
    }

    /// Asks for what may come late: the project may end in the middle of that, and of its answer.
    /// - Throws: ``HomeportError`` with code `control.gone` where it has.
    func whileItRuns<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        do { return try await body() } catch let error as HomeportError where error.code == .controlBroken {
            if await hasEnded { throw gone }
            throw error
        }
    }

    /// It has a moment to do so: who is cut off may notice before its socket is gone.
    private var hasEnded: Bool {
        get async {
            for _ in 0..<30 {
                do { return try await status() == nil } catch { try? await Task.sleep(for: .milliseconds(100)) }
            }
            return false
        }
    }

    private var gone: HomeportError {
        HomeportError(.controlGone, "the project does not run any more", where: socket)
    }

    func broken(_ why: String) -> HomeportError {
        HomeportError(.controlBroken, "a running project cannot be asked: \(why)", where: socket, fix: mend)
    }

    private var silent: HomeportError {
        HomeportError(
            .controlSilent,
            "a running project does not answer: it hangs, or was stopped with Ctrl-Z",
            where: socket,
            fix: mend
        )
    }

    private var mend: String {
        guard let pid = UnixSocket.listener(at: socket)?.pid, pid > 0 else { return "end it, then try again" }
        return "let it go on with fg or kill -CONT \(pid), or end it with kill -9 \(pid)"
    }
}

/// A running project that would not take a plan.
package struct PlanRefusal: Error, Sendable {
    package let problems: [HomeportError]
}

/// The projects of this user that run now.
package struct RunningProjects: Sendable {
    package typealias One = (client: ControlClient, status: ProjectStatus)

    package private(set) var all: [One] = []
    /// Those that run and cannot be asked, one error for each.
    package private(set) var silent: [HomeportError] = []

    package static func find(in state: StateDirectory) async -> RunningProjects {
        await withTaskGroup(of: Result<One?, any Error>.self) { group in
            for socket in state.sockets() {
                group.addTask {
                    let client = ControlClient(socket: socket)
                    do { return .success(try await client.status().map { (client, $0) }) } catch {
                        return .failure(error)
                    }
                }
            }
            var found = RunningProjects()
            for await one in group {
                switch one {
                case .success(let running?): found.all.append(running)
                case .success(nil): break
                case .failure(let error as HomeportError): found.silent.append(error)
                case .failure(let error):
                    found.silent.append(HomeportError(.controlBroken, "a running project cannot be asked: \(error)"))
                }
            }
            found.all.sort { ($0.status.project, $0.client.socket) < ($1.status.project, $1.client.socket) }
            return found
        }
    }
}

extension HomeportError.Code {
    /// What listens on a project's socket does not speak as a project does.
    package static let controlBroken = Self("control.broken", .world)
    /// Nobody listens on the socket.
    package static let controlGone = Self("control.gone", .world)
    /// A project that runs and says nothing.
    package static let controlSilent = Self("control.silent", .world)
}
