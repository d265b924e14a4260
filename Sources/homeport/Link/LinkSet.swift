import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportLink

struct LinkSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change what running links do, while bytes flow.",
        discussion: """
            What is said replaces the same word; the rest stays. off undoes a word (--latency off, --no-stall, --http off). --preset and \
            --clear begin anew. With --for, what is said here acts for that time alone. Without --direction, words act on the way down to the client. Connections stay, and nothing that waits is \
            lost, doubled or overtaken.

            EXAMPLES
              homeport link set slow-db --latency 200ms --jitter 50ms
              homeport link set slow-db --rate 1mbit --direction both --for 30s
              homeport link set slow-db --latency off
              homeport link set slow-db --clear
              homeport link set shop --http '{ path: /pay, every: 3, status: 503 }' --for 1m
              homeport link set shop --http off
              homeport link set --group uplink --preset apple:very-bad

            EXIT CODES
              0  every link that was meant has changed
              2  the words were wrong
              3  no such link runs
            """
    )

    @OptionGroup var choice: LinkChoice
    @OptionGroup(title: "Conditions") var conditions: ConditionOptions

    @OptionGroup var faults: HTTPFaultOptions

    @Flag(help: "Begin with no condition at all.")
    var clear = false

    @Option(name: .customLong("for"), parsing: .unconditional, help: "For this time alone. As in 10s.")
    var time: String?

    func run() async throws {
        let (edit, faults) = (try conditions.edit(), try faults.read())
        guard !edit.isEmpty || clear || faults != nil else {
            throw HomeportError(
                .badValue,
                "nothing is to be set",
                fix: "name a condition, as in --latency 80ms; or --clear"
            )
        }
        var members = conditions.words.map { ($0.name, String(json: $0.text)) }
        if let faults {
            members.append(("http", "[" + faults.map { String(json: $0.words) }.joined(separator: ", ") + "]"))
        }
        if clear { members.append(("clear", "true")) }
        let text = members.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        try await LinkChanging.run(.set, choice, conditions: "{\(text)}", for: time)
    }
}

/// What set, cut, heal and remove share.
enum LinkChanging {
    static func run(
        _ action: LinkChange.Action,
        _ choice: LinkChoice,
        conditions: String? = nil,
        for time: String? = nil
    ) async throws {
        let duration = try time.map { text in
            do { return try Duration.untilUndone(text) } catch var error as HomeportError {
                error.subject = "--for"
                throw error
            }
        }
        for (client, links) in try await choice.find() {
            let changed = try await client.change(
                LinkChange(links, action, conditions: conditions, for: duration)
            )
            for link in changed { Terminal.output.write("\(link.name): \(LinkReport.conditions(link))\n") }
            if action == .remove { for link in links { Terminal.output.write("removed \(link)\n") } }
        }
    }
}
