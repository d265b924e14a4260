import ArgumentParser
import HomeportCore
import HomeportNet

struct PortsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "List who listens, or explain one port (this is what plain \"homeport ports\" does).",
        aliases: ["explain"]
    )

    @ParentCommand var parent: PortsCommand

    @Argument(help: "The port to explain, 1 to 65535.", transform: Port.init(parsing:))
    var port: Port?

    func validate() throws {
        if port != nil && (parent.exposed || parent.udp) {
            throw ValidationError("--exposed and --udp are for the list; leave the port out.")
        }
    }

    func run() throws {
        if let port {
            try explain(port)
        } else {
            try list()
        }
    }

    private func explain(_ port: Port) throws {
        var explanation = try PortExplanation.gather(port)
        explanation.leasedTo = Leases.owner(of: port)
        if parent.json { return try Terminal.output.write(json: explanation) }
        var text = Terminal.output.styled("port \(port)", .bold) + "\n"
        for (label, lines) in explanation.text {
            for (index, line) in lines.enumerated() {
                text += Terminal.output.wrapped(line, label: index == 0 ? "  \(label)" : "", indent: 12)
            }
        }
        Terminal.output.write(text)
    }

    private func list() throws {
        var listing = try PortListing.gather(udp: parent.udp)
        if parent.exposed { listing.keepExposed() }
        if parent.json {
            try Terminal.output.write(json: listing)
        } else {
            listing.table.write(to: .output)
        }
        let exposed = listing.exposedDynamic
        if parent.exposed, !exposed.isEmpty {
            let ports = Set(exposed.map(\.port)).sorted().prefix(10).map(String.init)
            throw HomeportError(
                .portsExposed,
                "other machines can reach \(exposed.count) development port\(exposed.count == 1 ? "" : "s")",
                where: Array(ports).inWords,
                fix: "let these programs listen on 127.0.0.1 and ::1 only"
            )
        }
    }
}

extension PortListing {
    fileprivate var table: Table {
        var table = Table(
            ("ENDPOINT", .left),
            ("FAMILY", .left),
            ("EXPOSURE", .left),
            ("PID", .right),
            ("USER", .left),
            ("AGE", .right),
            ("COMMAND", .left)
        )
        for entry in entries {
            let process = entry.processes.first
            table.add([
                Table.Cell(entry.endpoint),
                Table.Cell(entry.families.count == 2 ? "4+6" : entry.families.first == "IPv4" ? "4" : "6", .dim),
                Table.Cell(entry.exposure.rawValue, entry.exposure.isBeyondLoopback ? .yellow : .plain),
                Table.Cell(process.map { String($0.pid) } ?? "-"),
                Table.Cell(process.map { $0.user ?? String($0.uid) } ?? entry.user ?? String(entry.uid)),
                Table.Cell(process?.age.map(\.inWords) ?? "-", .dim),
                Table.Cell(process.map { $0.commandLine ?? $0.command } ?? "(hidden)"),
            ])
        }
        return table
    }
}

extension PortListing.Entry {
    fileprivate var endpoint: String {
        let place =
            switch names.count {
            case 2: names[0].address.isWildcard ? "*:\(port)" : "localhost:\(port)"
            default: names.first?.description ?? String(port)
            }
        return transport == .udp ? "udp://" + place : place
    }
}

extension Duration {
    /// The two digits that matter to a person: `45s`, `12m`, `3h`, `5d`.
    var inWords: String {
        switch components.seconds {
        case let s where s < 90: "\(s)s"
        case let s where s < 5400: "\(s / 60)m"
        case let s where s < 129_600: "\(s / 3600)h"
        case let s: "\(s / 86400)d"
        }
    }
}
