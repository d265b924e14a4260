import ArgumentParser

struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Network paths that behave badly on purpose: latency, rate, loss, cuts.",
        discussion: """
            A link listens on a port and goes on to a target; what passes is delayed, limited, lost or cut as you say, and \
            can be changed while bytes flow. Links come from a plan (links:) or, one at a time, from homeport link open.

            EXAMPLES
              homeport link open 5432 --latency 80ms --jitter 20ms
              homeport link set link-5432 --rate 1mbit --for 30s
              homeport link cut --group uplink --for 10s
              homeport link list
            """,
        subcommands: [
            LinkOpenCommand.self, LinkReplayCommand.self, LinkListCommand.self, LinkShowCommand.self,
            LinkSetCommand.self, LinkCutCommand.self,
            LinkHealCommand.self, LinkRemoveCommand.self, LinkPresetsCommand.self, LinkVerifyCommand.self,
        ]
    )
}
