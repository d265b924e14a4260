import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What on this machine will surprise you.",
        discussion: """
            Checks whether both loopback addresses work, how localhost and NAME.localhost resolve and for which \
            programs, whether the system knows the names of this folder's services and of all that run, whether port 62893 is free, \
            whether the kernel may give it to an outgoing connection, how many files may be open and watched, and whether what \
            Homeport keeps is nobody else's. It changes nothing, and asks no other machine.

            With --advisories it tells as well whether anything is known against what this program was built of, by files in OSV's format \
            that you have fetched, how old both are, and what to update. The files on Swift packages: \
            https://osv-vulnerabilities.storage.googleapis.com/SwiftURL/all.zip

            Marks: ✓ fine, · worth knowing, ! will surprise somebody, ✗ Homeport cannot, or should not, work like this.

            EXAMPLES
              homeport doctor
              homeport doctor --json
              homeport doctor --advisories ./osv

            JSON
              {"findings": [{id, title, verdict: ok|note|warning|failure, facts, fix?}]}

            EXIT CODES
              0  nothing that keeps Homeport from working
              1  something does, or with --advisories, a part of this program is affected
              2  the words were wrong, or the folder holds no advisories
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Look what is known against this build, in a folder of OSV files.", valueName: "folder"))
    var advisories: String?

    func run() async throws {
        let known = try advisories.map { try Doctor.checkAdvisories(in: $0) }
        let findings = await Doctor.examine(hosts: await hosts) + [known].compactMap { $0 }
        if json {
            try Terminal.output.write(json: ["findings": findings])
        } else {
            for finding in findings { show(finding, on: .output) }
        }
        if findings.contains(where: { $0.verdict == .failure }) { throw ExitCode(1) }
    }

    /// Of the plan here, and of what runs.
    private var hosts: [String] {
        get async {
            var found: [String] = []
            if let path = try? PlanFile.find(from: PlanFile.currentDirectory), let plan = try? PlanFile.load(path) {
                found += plan.services.map(\.name.host)
            }
            for (_, status) in await RunningProjects.find(in: StateDirectory()).all {
                for service in status.services {
                    let host = service.url.dropFirst("http://".count).prefix { $0 != ":" && $0 != "/" }
                    found.append(String(host))
                }
            }
            var seen: Set<String> = []
            return found.filter { seen.insert($0).inserted }
        }
    }

    private func show(_ finding: Finding, on terminal: Terminal) {
        let (mark, style) = finding.verdict.mark(on: terminal)
        var text = terminal.styled(mark, style) + " " + terminal.styled(finding.title, .bold) + "\n"
        text += terminal.wrapped(finding.facts, indent: 2)
        if let fix = finding.fix { text += terminal.wrapped("fix: " + fix, indent: 2) }
        terminal.write(text)
    }
}

extension Finding.Verdict {
    fileprivate func mark(on terminal: Terminal) -> (String, Terminal.Style) {
        switch self {
        case .ok: (terminal.isUTF8 ? "✓" : "+", .green)
        case .note: (terminal.isUTF8 ? "·" : "-", .dim)
        case .warning: ("!", .yellow)
        case .failure: (terminal.isUTF8 ? "✗" : "x", .red)
        }
    }
}
