import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportNet
import HomeportRuntime

struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop this folder's project.",
        discussion: """
            What is being answered may finish; the command returns when the project has stopped.

            EXAMPLES
              homeport down
              homeport down --all             everything of yours that runs

            EXIT CODES
              0  stopped, or there was nothing to stop with --all
              3  this folder's project does not run
            """
    )

    @OptionGroup var choice: ProjectChoice

    func run() async throws {
        let running = try await choice.running(onlyOne: true)
        if running.isEmpty { return Terminal.output.write("nothing runs\n") }
        // All are asked before any is waited for, and one that does not stop keeps nobody from the others.
        var failures: [any Error] = []
        for (client, _) in running {
            do { try await client.stop() } catch let error as HomeportError where error.code == .controlGone {
                // It has ended by itself meanwhile.
            } catch {
                failures.append(error)
            }
        }
        for (client, status) in running {
            do {
                try await wait(for: status, to: client)
                Terminal.output.write("stopped \(status.project)\n")
            } catch { failures.append(error) }
        }
        for failure in failures.dropLast() { Terminal.errors.write("homeport: \(failure)\n") }
        if let last = failures.last { throw last }
    }

    /// What is being answered has ten seconds to finish.
    private func wait(for status: ProjectStatus, to client: ControlClient) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let now = try? await client.status() {
                if now.pid != status.pid { return }
            } else if UnixSocket.listener(at: client.socket) == nil {
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw HomeportError(
            HomeportError.Code("project.stuck", .world),
            "\(status.project) does not stop",
            where: "pid \(status.pid)",
            fix: "end it with kill -9 \(status.pid)"
        )
    }
}
