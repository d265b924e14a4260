import ArgumentParser

struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Tokens that let programs in.",
        discussion: """
            Who may come in to what is said by access: in the plan; homeport plan schema has its words, docs/access.md explains them.

            EXAMPLES
              homeport access token new ci            prints it once
              homeport access token list
              homeport access token revoke ci
            """,
        subcommands: [AccessTokenCommand.self]
    )
}

struct AccessTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke tokens.",
        discussion: """
            A token is shown as Authorization: Bearer hp_… to services whose access: allows token:NAME or token:*. It is printed when it is \
            made, and never again: what is kept is a hash. Projects that run know within a second.

            EXAMPLES
              homeport access token new ci > ~/.ci-token
              curl -H "Authorization: Bearer $(cat ~/.ci-token)" http://api.localhost:62893/

            EXIT CODES
              0  done
              2  the words were wrong, or there is no such token, or one already
              3  the tokens cannot be read or written
            """,
        subcommands: [NewTokenCommand.self, ListTokensCommand.self, RevokeTokenCommand.self]
    )
}
