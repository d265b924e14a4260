import ArgumentParser

struct TapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap",
        abstract: "See every exchange, live; find one, look into it, hand it on.",
        discussion: """
            Without more words, what passes through all projects that run. With a target, an inspector in front of it, for now: \
            clients are pointed at the address that is printed.

            EXAMPLES
              homeport tap                            everything, live
              homeport tap --filter 'status>=500 or took>200ms'
              homeport tap 3000                       in front of what listens on 3000
              homeport tap list --slowest             what took longest
              homeport tap show 12                    one exchange, whole
              homeport tap diff 12 15                 what is different between two
              homeport tap replay 12 --times 20       the same request once more, twenty times
              homeport tap export --curl 12           as a line for a shell
              homeport tap open run1                  what homeport up --record run1 has kept

            EXIT CODES
              0  done
              2  the words were wrong
              3  nothing runs, or something else of the world is in the way
            """,
        subcommands: [
            TapWatchCommand.self, TapListCommand.self, TapShowCommand.self, TapDiffCommand.self, TapExportCommand.self,
            TapReplayCommand.self, TapOpenCommand.self, TapClearCommand.self,
        ],
        defaultSubcommand: TapWatchCommand.self
    )
}
