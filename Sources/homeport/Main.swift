import ArgumentParser
import HomeportCore
import HomeportDoor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@main
struct Homeport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "homeport",
        abstract: "The bench for local network testing.",
        discussion: """
            Run what homeport.yaml says with homeport up, or serve a folder without one with homeport serve.
            homeport COMMAND --help is the manual of a command.

            EXAMPLES
              homeport up                     this folder's project
              homeport serve dist             a folder, now
              homeport link open 5432 --latency 80ms
              homeport ports --exposed        what other machines can reach

            EXIT CODES
              0  done
              1  a check failed
              2  the words were wrong
              3  the world was: a port is taken, a permission is missing
            """,
        version: HomeportVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "A project:",
                subcommands: [
                    UpCommand.self, DownCommand.self, StatusCommand.self, LogsCommand.self, RestartCommand.self,
                    OpenCommand.self, ExecCommand.self, InitCommand.self, PlanCommand.self,
                ]
            ),
            CommandGroup(
                name: "Now, without a plan:",
                subcommands: [
                    ServeCommand.self, RunCommand.self, AddCommand.self, ConnectCommand.self, LinkCommand.self,
                    ToxiproxyCommand.self,
                ]
            ),
            CommandGroup(name: "What happened:", subcommands: [TapCommand.self]),
            CommandGroup(name: "Who may come in:", subcommands: [AccessCommand.self, FirewallCommand.self]),
            CommandGroup(
                name: "This machine:",
                subcommands: [PortsCommand.self, AuditCommand.self, DoctorCommand.self, VersionCommand.self]
            ),
        ]
    )

    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        // Never called by hand: the process between this one and a program that it runs.
        if words.first == "keeper", var keeper = Keeper(Array(words.dropFirst())) { keeper.run() }
        // A reader that has gone, as with `homeport serve | head`, is no reason to end: writing says so.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command: any ParsableCommand
            do { command = try parseAsRoot(ToxiproxyCommand.withTwoDashes(words)) } catch {
                throw exitCode(for: error).isSuccess ? error : Suggestion.command(in: words) ?? error
            }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            leave(after: error)
        }
    }
}
