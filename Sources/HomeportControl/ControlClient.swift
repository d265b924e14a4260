package import HomeportCore
import HomeportNet
package import HomeportRuntime
import NIOCore

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

    package init(socket: String) { self.socket = socket }

    /// - Returns: nil when nobody answers there; a socket that a dead process left is cleared away.
    package func status() async -> ProjectStatus? {
        do {
            let (code, body) = try await ask("GET", "/api/v1/status", nil)
            guard code == 200 else { return nil }
            return try JSONDecoder().decode(ProjectStatus.self, from: body)
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            unlink(socket)
            return nil
        } catch {
            return nil
        }
    }

    /// Applies a plan, or says what applying it would change.
    /// - Throws: ``PlanRefusal`` with every problem, when nothing was changed.
    package func change(_ wish: PlanWish) async throws -> PlanChange {
        let (code, body) = try await ask("POST", "/api/v1/plan", try JSONEncoder().encode(wish))
        if code == 200 { return try JSONDecoder().decode(PlanChange.self, from: body) }
        throw PlanRefusal(problems: (try? JSONDecoder().decode(ControlProblems.self, from: body).errors) ?? [])
    }

    package func stop() async throws { _ = try await ask("POST", "/api/v1/stop", Data()) }

    private func ask(_ method: String, _ path: String, _ body: Data?) async throws -> (status: Int, body: Data) {
        var question = ByteBuffer(
            string: "\(method) \(path) HTTP/1.1\r\nHost: homeport.localhost\r\nConnection: close\r\n"
                + (body.map { "Content-Length: \($0.count)\r\n" } ?? "") + "\r\n"
        )
        if let body { question.writeBytes(body) }
        let answer = try await OneShot.ask(unixSocket: socket, question, limit: 16 << 20, within: .seconds(30))
        let bytes = Data(answer.readableBytesView)
        guard let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)),
            let status = Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self))
        else {
            throw HomeportError(.controlBroken, "the running project gave no answer", where: socket)
        }
        return (status, bytes[end.upperBound...])
    }
}

/// A running project that would not take a plan.
package struct PlanRefusal: Error, Sendable {
    package let problems: [HomeportError]
}

/// The projects of this user that run now.
package enum RunningProjects {
    package static func all(in state: StateDirectory) async -> [(client: ControlClient, status: ProjectStatus)] {
        await withTaskGroup(of: (ControlClient, ProjectStatus)?.self) { group in
            for socket in state.sockets() {
                group.addTask {
                    let client = ControlClient(socket: socket)
                    return await client.status().map { (client, $0) }
                }
            }
            var found: [(client: ControlClient, status: ProjectStatus)] = []
            for await one in group { if let one { found.append(one) } }
            return found.sorted { ($0.status.project, $0.client.socket) < ($1.status.project, $1.client.socket) }
        }
    }
}

extension HomeportError.Code {
    package static let controlBroken = Self("control.broken", .world)
}
