import ArgumentParser

struct PortsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports",
        abstract: "Who listens on this machine, and how far they can be reached.",
        usage: """
            homeport ports [PORT] [--exposed] [--udp] [--json]
            homeport ports free [N] [--json]
            homeport ports lease [NAME] [--json]
            homeport ports forget NAME | --gone | --all
            homeport ports kill PORT [--yes]
            """,
        discussion: """
            Without a port: every TCP listener, by port. localhost:P is one program on 127.0.0.1 and ::1; *:P is one \
            on every address of both families. EXPOSURE says who can reach it: loopback (only this machine), one-address \
            (the networks of one interface), everything. Listeners of other users show their process only to root.

            With a port: what kind it is, who has it, whether both loopbacks belong to the same program, and whether \
            one could listen there now, and if not, why.

            EXAMPLES
              homeport ports                  who listens
              homeport ports 62893            all about one port
              homeport ports --exposed        only what other machines can reach
              homeport ports free 3           three free ports
              homeport ports lease api        a port for a name, the same tomorrow
              homeport ports kill 3000        end who listens there
              homeport ports --json           for programs

            JSON
              list      {"listeners": [{port, transport, addresses, families, exposure, uid, user?, processes}]}
              PORT      {port, class, registered_name?, used_in_development?, ephemeral, ephemeral_range, reserved,
                        needs_privilege, refused_by_browsers, holders, connections, remembered, loopbacks_differ,
                        can_listen, obstacle?, fix?}
              free      {"ports": [...]}
              processes [{pid, command, command_line?, uid, user?, age_seconds?}]

            EXIT CODES
              0  done
              1  with --exposed: something in 49152-65535 can be reached from other machines
              2  the words were wrong
              3  the kernel does not tell
            """,
        subcommands: [
            PortsShowCommand.self, PortsFreeCommand.self, PortsLeaseCommand.self, PortsForgetCommand.self,
            PortsKillCommand.self,
        ],
        defaultSubcommand: PortsShowCommand.self
    )

    @Flag(help: "List only what can be reached from other machines; fail if a development port is among it.")
    var exposed = false

    @Flag(help: "List UDP sockets too.")
    var udp = false

    @Flag(help: "Print JSON.")
    var json = false
}
