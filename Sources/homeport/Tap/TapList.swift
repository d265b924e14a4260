import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportTap

struct TapListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Exchanges that were recorded.",
        discussion: """
            EXAMPLES
              homeport tap list                       the last 20
              homeport tap list --slowest -n 5
              homeport tap list --filter 'status=5xx and body~timeout' --json

            EXIT CODES
              0  done
              1  nothing matches
              2  the words were wrong
              3  the project does not run
            """
    )

    @OptionGroup var choice: TapChoice
    @OptionGroup var filter: TapFilterOption

    @Option(name: [.customShort("n"), .long], help: "How many at most.")
    var limit = 20

    @Flag(help: "Those that took longest, first.")
    var slowest = false

    @Flag(help: "Those whose answers are largest, first.")
    var largest = false

    @Flag(help: "Print JSON.")
    var json = false

    private struct Report: Encodable {
        var rows: [TapRowMessage]
        var counters: TapStore.Counters?
    }

    func validate() throws {
        guard (1...TapQuery.mostRows).contains(limit) else {
            throw ValidationError("-n takes 1 to \(TapQuery.mostRows).")
        }
        if slowest, largest { throw ValidationError("--slowest or --largest: one of them.") }
    }

    func run() async throws {
        try filter.check()
        try await choice.withOne(look)
    }

    private func look(into client: ControlClient) async throws {
        let order: TapQuery.Order = slowest ? .slowest : largest ? .largest : .newest
        var (rows, counters) = ([TapRowMessage](), TapStore.Counters?.none)
        var (next, scanned) = (UInt64?.none, 0)
        repeat {
            let page = try await client.tap(filter.text, order: order, from: next, limit: limit - rows.count)
            rows += page.rows
            counters = page.counters
            (next, scanned) = (page.next, scanned + page.scanned)
            if next != nil, Terminal.errors.isInteractive { Terminal.errors.write("\r\(scanned) looked at\u{1B}[K") }
        } while next != nil && rows.count < limit
        if Terminal.errors.isInteractive, scanned > 0 { Terminal.errors.write("\r\u{1B}[K") }
        if order == .newest { rows.reverse() }
        if json {
            try Terminal.output.write(json: Report(rows: rows, counters: counters))
        } else {
            let line = TapLine(terminal: .output)
            for row in rows { Terminal.output.write(line.text(row) + "\n") }
            if rows.isEmpty {
                Terminal.errors.write(
                    scanned == 0 ? "nothing was recorded yet\n" : "nothing matches, of \(scanned) exchanges\n"
                )
            }
        }
        if rows.isEmpty { throw ExitCode(1) }
    }
}

struct TapClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "Empty the record.",
        discussion: """
            EXAMPLES
              homeport tap clear

            EXIT CODES
              0  done
              3  the project does not run
            """
    )

    @OptionGroup var choice: TapChoice

    func validate() throws {
        if choice.recording != nil { throw ValidationError("A recording is only read: remove its folder instead.") }
    }

    func run() async throws { try await choice.withOne { try await $0.clearTap() } }
}
