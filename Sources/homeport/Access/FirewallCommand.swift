import ArgumentParser
import HomeportCore
import HomeportGuard
import HomeportNet
import HomeportRuntime

struct FirewallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "firewall",
        abstract: "Keep chosen ports from everything but the loopback, and show that it holds.",
        discussion: """
            A table of nftables of its own, inet homeport, put there in one transaction and taken away whole; no other is touched. It can \
            only narrow what others allow: beside ufw, firewalld or Docker, a packet must please all of them. It stands before \
            what Docker does, so that ports which containers publish are kept, too. Rules are gone after a restart of the machine.

            Ports are, unless they are given, those that are leased to services now, of every project, and the door's. Whatever the \
            ports, packets from outside that say they are of or to the loopback are dropped.

            EXAMPLES
              homeport firewall rules                     what would be applied
              sudo homeport firewall apply
              sudo homeport firewall apply --ports 49152-65535
              sudo homeport firewall apply --owner me     and on the loopback nobody else connects to them
              sudo homeport firewall apply --prove        what was reached from outside before, and is afterwards
              sudo homeport firewall status               what was dropped, the proof, and whether others have changed the rules
              sudo homeport firewall remove

            EXIT CODES
              0  done
              1  with status: there are no rules, or others have changed them, or something is reached in spite of them
              2  the words were wrong
              3  nft is missing, or this is not root
            """,
        subcommands: [
            FirewallRulesCommand.self, FirewallApplyCommand.self, FirewallStatusCommand.self,
            FirewallRemoveCommand.self,
        ]
    )
}

/// Which ports, and for whom.
struct FirewallOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which ports: 3000, 49152-65535, or a list with commas. (default: the door's and those that are leased now, of every project)",
            valueName: "ports"
        )
    )
    var ports: String?

    @Option(
        help: ArgumentHelp(
            "Who may connect to them by TCP on the loopback: me, a name or a number. Several times for several. (default: everyone)",
            valueName: "user"
        )
    )
    var owner: [String] = []

    func plan() throws -> FirewallPlan {
        var ranges: [ClosedRange<UInt16>]
        if let ports {
            ranges = try FirewallPlan.ports(parsing: ports)
        } else {
            ranges = Leases.all.map { $0.number...$0.number }
            if ranges.isEmpty {
                Terminal.errors.warn("no port is leased: the door's is kept alone; --ports names others")
            }
            ranges.append(Port.homeport.number...Port.homeport.number)
        }
        return FirewallPlan(ranges, owners: owner.isEmpty ? nil : Set(try owner.map(Self.user)))
    }

    private static func user(_ text: String) throws -> UInt32 {
        // Who says sudo means himself.
        if text == "me" { return SudoUser.uid ?? UserNames.own }
        if let number = UInt32(text) ?? (text.hasPrefix("uid:") ? UInt32(text.dropFirst(4)) : nil) { return number }
        guard let number = UserNames.number(of: text) else {
            throw HomeportError(
                .badValue,
                "there is no user \(text.harmless)",
                where: "--owner",
                fix: "write me, a name or a number"
            )
        }
        return number
    }
}

struct FirewallRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Print the rules, and change nothing.",
        discussion: """
            EXAMPLES
              homeport firewall rules --ports 49152-65535
              homeport firewall rules --pf                for macOS
            """
    )

    @OptionGroup var options: FirewallOptions

    @Flag(help: "In the language of pf, macOS's firewall, in place of nftables.")
    var pf = FirewallRules.speaksPF

    func validate() throws {
        if pf, !options.owner.isEmpty { throw ValidationError("pf does not tell who connects: leave --owner out.") }
    }

    func run() throws {
        let plan = try options.plan()
        Terminal.output.write(pf ? FirewallRules.pf(plan) : FirewallRules.nftables(plan))
    }
}

struct FirewallApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Put the rules there, in the place of those that may be there.",
        discussion: """
            EXAMPLES
              sudo homeport firewall apply
              sudo homeport firewall apply --dry-run      whether the kernel would take them
              sudo homeport firewall apply --prove        tries these ports from outside before and after

            EXIT CODES
              0  done
              1  with --prove: something is reached in spite of the rules
              3  nft is missing, or this is not root
            """
    )

    @OptionGroup var options: FirewallOptions

    @Flag(help: "Only ask whether the kernel would take them.")
    var dryRun = false

    @Flag(help: "Try what listens at these ports from outside, before and after.")
    var prove = false

    func validate() throws {
        if dryRun, prove { throw ValidationError("With --dry-run nothing changes that could be proved.") }
    }

    func run() throws {
        let plan = try options.plan()
        let before = prove ? try FirewallRecord.trials(at: plan.ports) : nil
        try Firewall.apply(plan, isTrial: dryRun)
        let who = plan.owners.map { owners in
            ", on the loopback for uid \(owners.sorted().map { "\($0)" }.inWords) alone"
        }
        Terminal.output.write(
            "\(dryRun ? "would keep" : "keeps") \(plan.text) from everything but the loopback\(who ?? "")\n"
        )
        if dryRun { return }
        let after = prove ? try FirewallRecord.trials(at: plan.ports) : nil
        let record = FirewallRecord(
            applied: WallClock.now / 1_000_000_000,
            listing: try Firewall.listing() ?? "",
            before: before,
            after: after
        )
        let state = StateDirectory()
        do {
            try state.prepare()
            try record.keep(in: state.path)
        } catch {
            Terminal.errors.warn(
                "\(state.path): what was applied is not remembered, so that status cannot compare: \(error)"
            )
        }
        FirewallProof(record).write(to: .output)
        Terminal.errors.write(
            Terminal.errors.styled("homeport firewall status counts; homeport firewall remove takes it away", .dim)
                + "\n"
        )
        if after.map({ $0.reached > 0 }) == true { throw ExitCode(1) }
    }
}

struct FirewallStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the rules keep, and how often they had to.",
        discussion: """
            EXAMPLES
              sudo homeport firewall status --json
              sudo homeport firewall status --prove       tries the ports from outside now

            JSON
              {ports, owners?, counters: [{name, packets, bytes}], applied?, changed?, before?, after?, now?: [{transport, address, port, \
            process?, proof?: reached|refused|silent}]}; null without rules

            EXIT CODES
              0  there are rules
              1  there are none, or others have changed them, or something is reached in spite of them
              3  nft is missing, or this is not root
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Try what listens at the kept ports from outside, now.")
    var prove = false

    private struct Report: Encodable {
        var ports: [String]
        var owners: [UInt32]?
        var counters: [Firewall.State.Counter]
        var applied: String?
        /// Nil where it is not known what was applied.
        var changed: Bool?
        var before: [FirewallRecord.Trial]?
        var after: [FirewallRecord.Trial]?
        var now: [FirewallRecord.Trial]?
    }

    /// What each counts.
    private static let words = [
        "from_outside": "from outside to these ports", "by_others": "by other users on the loopback",
        "to_loopback": "from outside to the loopback",
    ]

    func run() throws {
        let ports = try Firewall.state().map { try $0.ports.flatMap { try FirewallPlan.ports(parsing: $0) } }
        let now = prove ? try ports.map { try FirewallRecord.trials(at: $0) } : nil
        // What the trial was counted as is among it.
        guard let state = try Firewall.state() else {
            if json { Terminal.output.write("null\n") } else { Terminal.errors.write("there are no rules of ours\n") }
            throw ExitCode(1)
        }
        let record = try FirewallRecord.kept(in: StateDirectory().path)
        let changed = try record.map { try Firewall.listing() != $0.listing }
        let isWrong = changed == true || now.map { $0.reached > 0 } == true
        if json {
            try Terminal.output.write(
                json: Report(
                    ports: state.ports,
                    owners: state.owners,
                    counters: state.counters,
                    applied: record.map { UTCTime($0.applied).rfc3339 },
                    changed: changed,
                    before: record?.before,
                    after: record?.after,
                    now: now
                )
            )
            if isWrong { throw ExitCode(1) }
            return
        }
        let out = Terminal.output
        out.write("keeps \(state.ports.joined(separator: ", ")) from everything but the loopback\n")
        if let owners = state.owners {
            out.write("on the loopback, uid \(owners.map { "\($0)" }.inWords) alone may connect to them\n")
        }
        for counter in state.counters {
            out.write("  \(counter.packets) packets dropped \(Self.words[counter.name] ?? counter.name)\n")
        }
        if let record { FirewallProof(record).write(to: out) }
        if let now { FirewallProof.write("now", now, to: out) }
        if record == nil {
            out.write("applied from elsewhere: whether others have changed the rules is not known here\n")
        }
        if record?.before == nil, now == nil { out.write("not proven: --prove tries from outside\n") }
        if changed == true {
            out.write(
                out.styled(
                    "others have changed the rules since they were applied: homeport firewall apply puts them back\n",
                    .red
                )
            )
        }
        if isWrong { throw ExitCode(1) }
    }
}

/// What was reached from outside before rules and after.
private struct FirewallProof {
    let record: FirewallRecord

    init(_ record: FirewallRecord) { self.record = record }

    func write(to out: Terminal) {
        if let before = record.before { Self.write("before", before, to: out) }
        if let after = record.after { Self.write("after", after, to: out) }
    }

    static func write(_ when: String, _ trials: [FirewallRecord.Trial], to out: Terminal) {
        let count = trials.tried
        out.write(
            "\(when): of \(count) listener\(count == 1 ? "" : "s") at these ports, \(trials.reached) reached from outside\n"
        )
        for trial in trials where trial.proof == .reached {
            let place = trial.address.contains(":") ? "[\(trial.address)]" : trial.address
            let name = "\(trial.transport == .udp ? "udp://" : "")\(place):\(trial.port)"
            out.write("  \(name)\(trial.process.map { ", \($0.harmless)" } ?? "")\n")
        }
    }
}

struct FirewallRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take the rules away.",
        discussion: """
            EXAMPLES
              sudo homeport firewall remove
            """
    )

    func run() throws {
        Terminal.errors.write(try Firewall.remove() ? "the rules are gone\n" : "there were none\n")
    }
}
