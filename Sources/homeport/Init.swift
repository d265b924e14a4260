import ArgumentParser
import HomeportCore
import HomeportNet
import HomeportRuntime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write homeport.yaml from what is here.",
        discussion: """
            Looks at package.json (its script dev or start), Procfile, compose.yaml (published ports), and folders with pages. \
            Nothing that is there is changed.

            EXAMPLES
              homeport init
              homeport init --print           only show it

            EXIT CODES
              0  written
              2  there is a plan already, or what is here cannot be read
            """
    )

    @Flag(help: "Print the plan instead of writing it.")
    var print = false

    func run() throws {
        let here = PlanFile.currentDirectory
        let found = try PlanDraft.look(in: here)
        if print { return Terminal.output.write(found.text) }
        for name in PlanFile.names where access("\(here)/\(name)", F_OK) == 0 {
            throw HomeportError(
                HomeportError.Code("plan.exists", .words),
                "there is a plan already",
                where: "\(here)/\(name)",
                fix: "edit it; homeport init --print shows what would be written"
            )
        }
        let path = "\(here)/homeport.yaml"
        do throws(SystemFailure) { try WholeWrite.file(path, found.text) } catch {
            throw HomeportError(
                HomeportError.Code("plan.unwritable", .world),
                "the plan cannot be written",
                where: path,
                errno: error.errno
            )
        }
        Terminal.output.write("wrote \(path)\n")
        for line in found.sources { Terminal.output.write("  \(line)\n") }
        Terminal.output.write("homeport up runs it\n")
    }
}
