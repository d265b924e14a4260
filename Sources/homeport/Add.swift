import ArgumentParser
import HomeportCore
import HomeportDoor
import HomeportNet
import HomeportRuntime

struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Put something that runs already behind the door, at NAME.localhost.",
        discussion: """
            TARGET is a port or http://… for HTTP, tcp://127.0.0.1:5432 or unix:/path for anything else. It stays there \
            until this command ends.

            EXAMPLES
              homeport add api 3000
              homeport add admin http://127.0.0.1:8080
              homeport add staging http://10.0.0.7:80 --remote

            EXIT CODES
              0  stopped as asked
              2  the words were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Argument(help: "What it is called.")
    var name: String

    @Argument(help: "Where it is.")
    var target: String

    @Flag(help: "Let it be beyond this machine.")
    var remote = false

    @Flag(help: "Answer on the bare address, too, if nobody else does.")
    var `default` = false

    @OptionGroup var serving: ServingOptions

    func run() async throws {
        let name = try ServiceName(parsing: name)
        let here = PlanFile.currentDirectory
        var plan = Plan(
            name: ServiceName(madeFrom: here.split(separator: "/").last.map(String.init) ?? "root"),
            directory: here
        )
        let upstream = try UpstreamPlan(parsing: target, remote: remote)
        plan.services = [ServicePlan(name: name, kind: .upstream(upstream), isDefault: self.default)]
        let writer = serving.writer
        var options = try serving.options(place: try serving.place(bind: nil), writer: writer)
        let state = StateDirectory()
        try state.prepare()
        (options.neighbourhood, options.key) = (state.runPath, state.key(of: plan))
        options.needsNames = true
        let next = ["Ctrl-C takes it away again."]
        try await Serving.run(plan, options: options, serving: serving, writer: writer, next: next)
    }
}
