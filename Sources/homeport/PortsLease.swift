import ArgumentParser
import HomeportCore
import HomeportDoor
import HomeportNet
import HomeportRuntime

struct PortsLeaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "The port that belongs to a name here, today and tomorrow.",
        discussion: """
            A port per name and working copy, outside the range that the kernel gives to outgoing connections. The first time \
            it is chosen by a hash of both, so that it is mostly the same on every machine; from then on it is written down. \
            Without a name: all that are leased.

            EXAMPLES
              PORT=$(homeport ports lease api) npm start
              homeport ports lease            all of them
              homeport ports lease --json     {"leases": [{"directory", "service", "port"}]}

            EXIT CODES
              0  done
              2  the words were wrong
              3  no port is left, or the leases cannot be written
            """
    )

    @ParentCommand var parent: PortsCommand

    @Argument(help: "A service's name.")
    var name: String?

    func run() throws {
        let file = try Leases.file()
        if let name {
            let key = LeaseKey(directory: Leases.here, service: try ServiceName(parsing: name))
            let port = try file.lease(key)
            if parent.json {
                return try Terminal.output.write(json: ["leases": [Leases.Row(key, port)]])
            }
            return Terminal.output.write("\(port.number)\n")
        }
        let rows = try file.table().ports.sorted { $0.key < $1.key }.map { Leases.Row($0.key, $0.value) }
        if parent.json { return try Terminal.output.write(json: ["leases": rows]) }
        if rows.isEmpty { return Terminal.output.write("nothing is leased\n") }
        var table = Table(("PORT", .right), ("SERVICE", .left), ("FOLDER", .left))
        for row in rows { table.add([.init("\(row.port)"), .init(row.service), .init(row.directory.harmless)]) }
        table.write(to: .output)
    }
}

struct PortsForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Give leased ports back.",
        discussion: """
            EXAMPLES
              homeport ports forget api       of this folder
              homeport ports forget --gone    of folders that are no more
              homeport ports forget --all

            EXIT CODES
              0  done
              2  nothing of that name is leased here
              3  the leases cannot be written
            """
    )

    @ParentCommand var parent: PortsCommand

    @Argument(help: "A service's name.")
    var name: String?

    @Flag(help: "Those of folders that are no more.")
    var gone = false

    @Flag(help: "All of yours.")
    var all = false

    func validate() throws {
        guard [name != nil, gone, all].filter({ $0 }).count == 1 else {
            throw ValidationError("Say which: a NAME, --gone or --all.")
        }
    }

    func run() throws {
        let key = try name.map { LeaseKey(directory: Leases.here, service: try ServiceName(parsing: $0)) }
        let (all, gone) = (all, gone)
        let forgotten = try Leases.file().change { (table) throws(HomeportError) in
            table.forget { lease in
                all || lease == key || gone && !FolderCheck.isFolder(lease.directory)
            }
        }
        if let name, forgotten.isEmpty {
            throw HomeportError(
                .badValue,
                "no port is leased to \(name) here",
                where: Leases.here,
                fix: "homeport ports lease lists all"
            )
        }
        if parent.json {
            let rows = forgotten.sorted { $0.key < $1.key }.map { Leases.Row($0.key, $0.value) }
            return try Terminal.output.write(json: ["forgotten": rows])
        }
        Terminal.output.write(forgotten.count == 1 ? "1 lease forgotten\n" : "\(forgotten.count) leases forgotten\n")
        let listening = Set((try? ListenerTable.listeners())?.map(\.local.port) ?? [])
        for (key, port) in forgotten.sorted(by: { $0.key < $1.key }) where listening.contains(port.number) {
            Terminal.errors.warn(
                "somebody still listens on \(port): \(key.service) of \(key.directory.harmless), where that runs"
            )
        }
    }
}

/// What both commands know of leases.
enum Leases {
    struct Row: Encodable {
        var directory, service: String
        var port: UInt16

        init(_ key: LeaseKey, _ port: Port) {
            (directory, service, self.port) = (key.directory, key.service, port.number)
        }
    }

    static func file() throws -> LeaseFile {
        let state = StateDirectory()
        try state.prepare()
        return LeaseFile(in: state.path) { Terminal.errors.warn($0) }
    }

    /// All ports that are leased: who has become root by sudo means his own.
    static var all: [Port] {
        var path = StateDirectory().path
        if StateDirectory.variable("HOMEPORT_HOME") == nil, let uid = SudoUser.uid, let home = UserNames.home(of: uid) {
            path = StateDirectory(home: home).path
        }
        return LeaseFile(in: path) { _ in }.glance.ports.values.sorted { $0.number < $1.number }
    }

    /// Whose a port is: `api of /home/ada/shop`. Nil where nobody's, or where the leases cannot be read.
    static func owner(of port: Port) -> String? {
        let ports = try? LeaseFile(in: StateDirectory().path) { Terminal.errors.warn($0) }.table().ports
        return ports?.first { $0.value == port }.map { "\($0.key.service) of \($0.key.directory.harmless)" }
    }

    /// What a name belongs to here: the plan's folder, else the checkout.
    static var here: String {
        let here = PlanFile.currentDirectory
        if let plan = try? PlanFile.find(from: here) { return PlanFile.folder(of: plan) }
        return WorkingCopy(of: here).root
    }
}
