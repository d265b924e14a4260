import ArgumentParser
import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct PortsKillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "End the program that listens on a port.",
        discussion: """
            Only who listens there, never who is connected: SIGTERM, and SIGKILL when the port is not free after the grace. \
            It asks first on a terminal, and wants --yes where there is none.

            EXAMPLES
              homeport ports kill 3000
              homeport ports kill 3000 --yes --grace 1s

            EXIT CODES
              0  the port is free
              1  it was not to be ended, or is still held
              2  the words were wrong
              3  nobody listens there, or it is not yours to end
            """
    )

    @ParentCommand var parent: PortsCommand

    @Argument(help: "A port.")
    var port: UInt16

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Option(help: "How long it may take to end by itself.")
    var grace = "5s"

    func run() async throws {
        guard let port = Port(port) else { throw ValidationError("0 is no port") }
        let grace = try Duration(parsing: grace)
        let holders = try Self.holders(of: port)
        guard !holders.isEmpty else {
            throw HomeportError(
                HomeportError.Code("port.free", .world),
                "nobody listens on \(port.number)",
                fix: "homeport ports \(port.number) tells who else uses it"
            )
        }
        let processes = Set(holders.flatMap(\.processes)).sorted { $0.pid < $1.pid }
        guard !processes.isEmpty else {
            throw HomeportError(
                HomeportError.Code("port.unseen", .world),
                "who listens on \(port.number) cannot be seen from here",
                fix: "run with sudo, or look for it in containers"
            )
        }
        for process in processes { Terminal.errors.write("\(process): \(process.commandLine ?? process.command)\n") }
        if let owner = Leases.owner(of: port) {
            Terminal.errors.write("the port is leased to \(owner): homeport down ends it there without a new start\n")
        }
        let marks = processes.map { ProcessMark(of: $0.pid) }
        guard try isMeant(processes) else { throw ExitCode(1) }
        for mark in marks { try send(SIGTERM, to: mark) }
        if try await isFree(port, within: grace) { return say("port \(port.number) is free") }
        for mark in marks { try send(SIGKILL, to: mark) }
        guard try await isFree(port, within: .seconds(2)) else {
            Terminal.errors.write("port \(port.number) is still held\n")
            throw ExitCode(1)
        }
        say("port \(port.number) is free; it had to be killed")
    }

    private func say(_ text: String) { Terminal.output.write(text + "\n") }

    private func isMeant(_ processes: [RunningProcess]) throws -> Bool {
        if yes { return true }
        guard Terminal.input.isInteractive else {
            throw ValidationError("there is no terminal to ask on: add --yes if they are to be ended")
        }
        Terminal.errors.write("end \(processes.count == 1 ? "it" : "them")? [y/N] ")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    private static func holders(of port: Port) throws -> [PortHolder] {
        PortHolder.find(try ListenerTable.sockets(on: port).filter { $0.state == .listen })
    }

    private func isFree(_ port: Port, within time: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        repeat {
            if try ListenerTable.sockets(on: port).allSatisfy({ $0.state != .listen }) { return true }
            try await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now < deadline
        return false
    }

    /// Only to the one that was seen: its number may be another's by now.
    private func send(_ signal: Int32, to mark: ProcessMark) throws {
        guard mark.isAlive, kill(mark.pid, signal) != 0, errno != ESRCH else { return }
        throw HomeportError(
            HomeportError.Code("process.foreign", .world),
            "pid \(mark.pid) may not be ended from here",
            fix: "sudo homeport ports kill \(port)",
            errno: errno
        )
    }
}
