import ArgumentParser
import HomeportCore
import HomeportGuard
import HomeportRuntime
import HomeportTap

struct NewTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a token, and print it once.",
        discussion: """
            EXAMPLES
              homeport access token new ci > ~/.ci-token
            """
    )

    @Argument(help: "What it is called in allow:, as token:NAME.")
    var name: String

    func run() throws {
        let token = try AccessTokens.own().make(name)
        Terminal.output.write(token + "\n")
        if Terminal.output.isInteractive {
            Terminal.errors.write("keep it: it is not shown again\n")
        }
    }
}

struct ListTokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The names of the tokens, and when they were made.",
        discussion: """
            EXAMPLES
              homeport access token list --json
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    private struct Line: Encodable {
        var name: String
        var created: String
    }

    func run() throws {
        let lines = try AccessTokens.own().all().map {
            Line(name: $0.name, created: UTCTime.rfc3339(nanoseconds: $0.created * 1_000_000_000))
        }
        if json { return try Terminal.output.write(json: lines) }
        for line in lines { Terminal.output.write("\(line.name)  \(line.created.prefix(10))\n") }
        if lines.isEmpty { Terminal.errors.write("there are none\n") }
    }
}

struct RevokeTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Let a token be none any more.",
        discussion: """
            EXAMPLES
              homeport access token revoke ci
            """
    )

    @Argument(help: "Its name.")
    var name: String

    func run() throws { try AccessTokens.own().revoke(name) }
}

extension AccessTokens {
    /// Those of this user.
    fileprivate static func own() throws -> AccessTokens {
        let state = StateDirectory()
        try state.prepare()
        return AccessTokens(in: state.path)
    }
}
