import ArgumentParser
import HomeportCore
import HomeportLink
import HomeportRuntime

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Is the plan right, and what may stand in one.",
        discussion: """
            EXAMPLES
              homeport plan check             everything that is wrong with homeport.yaml
              homeport plan schema            for editors that complete and check YAML
            """,
        subcommands: [PlanCheckCommand.self, PlanSchemaCommand.self]
    )
}

struct PlanCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read the plan and say everything that is wrong with it.",
        discussion: """
            Starts nothing. Each problem is named with line, key and what to write instead.

            EXAMPLES
              homeport plan check
              homeport plan check -f other.yaml

            EXIT CODES
              0  the plan is right
              2  it is not
            """
    )

    @Option(name: .shortAndLong, help: "The plan (default: homeport.yaml here or above).")
    var file: String?

    func run() throws {
        let path = try PlanFile.locate(file)
        let plan = try PlanFile.load(path)
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        let links = plan.links.isEmpty ? "" : ", \(count(plan.links.count, "link"))"
        Terminal.output.write("\(path) is right: \(count(plan.services.count, "service"))\(links)\n")
        for service in plan.services { Terminal.output.write("  \(service.name): \(service.summary.harmless)\n") }
        for link in plan.links { Terminal.output.write("  link \(link.name) to \(link.target)\n") }
    }
}

struct PlanSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the plan's JSON Schema, for editors.",
        discussion: """
            EXAMPLES
              homeport plan schema > homeport.schema.json
            """
    )

    func run() throws { try Terminal.output.write(json: Plan.schema) }
}
