import HomeportCore
import HomeportLink
import Synchronization

/// What a link does, live: on a terminal three lines that are written over once a second.
final class LinkBoard: Sendable {
    private struct State {
        var last: (status: LinkStatus, at: ContinuousClock.Instant)?
        /// Lines of the board that stand on the screen.
        var shown = 0
    }

    private let isLive: Bool
    private let state = Mutex(State())

    init(isLive: Bool) { self.isLive = isLive }

    /// What a person is told when the link runs.
    func begin(_ link: LinkStatus) {
        let terminal = Terminal.output
        var text = "\n  " + terminal.styled("Homeport", .bold) + " \(HomeportVersion.current) runs the link "
        text += terminal.styled(link.name.harmless, .bold) + "\n\n"
        for address in link.addresses {
            text += "  " + terminal.styled(address, .green) + "  →  \(link.target.harmless)\n"
        }
        text += "\n  " + LinkReport.conditions(link) + "\n"
        text +=
            "  "
            + terminal.styled(
                "homeport link set \(link.name.harmless) --latency 200ms changes it; Ctrl-C ends it.",
                .dim
            )
        terminal.write(text + "\n\n")
        state.withLock { $0.last = (link, .now) }
    }

    /// A warning, above the board.
    func say(_ warning: String) {
        state.withLock { state in
            Terminal.output.write(Self.erase(state.shown))
            state.shown = 0
            Terminal.errors.warn(warning)
        }
    }

    /// Until it is cancelled.
    func watch(_ links: @Sendable () async -> [LinkStatus]) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            guard isLive, let link = await links().first else { continue }
            state.withLock { state in
                let text = Self.text(link, since: state.last)
                Terminal.output.write(Self.erase(state.shown) + text)
                state.shown = text.count { $0 == "\n" }
                state.last = (link, .now)
            }
        }
    }

    private static func erase(_ lines: Int) -> String { lines > 0 ? "\u{1B}[\(lines)A\u{1B}[J" : "" }

    private static func text(_ link: LinkStatus, since last: (status: LinkStatus, at: ContinuousClock.Instant)?)
        -> String
    {
        let seconds = last.map { (ContinuousClock.now - $0.at) / .seconds(1) } ?? 1
        func speed(_ now: UInt64, _ before: UInt64?) -> String {
            let moved = Double(now &- (before ?? now))
            return LinkReport.bytes(UInt64(moved / max(seconds, 0.001))) + "/s"
        }
        let up = speed(link.up.bytes, last?.status.up.bytes)
        let down = speed(link.down.bytes, last?.status.down.bytes)
        var text = "  \(link.open) open of \(link.opened)   up \(up)   down \(down)"
        for (name, now, before) in [
            ("up", link.up, last?.status.up), ("down", link.down, last?.status.down),
        ] {
            let added = LinkReport.added(effects(now.effects, since: before?.effects ?? []))
            if added != "-" { text += "   added \(name) \(added)" }
        }
        return [text, "  " + LinkReport.conditions(link)].map(fitting).joined(separator: "\n") + "\n"
    }

    /// A line that went over the edge would be two, and could not be written over.
    private static func fitting(_ line: String) -> String {
        guard let columns = Terminal.output.columns, line.count >= columns else { return line }
        return line.prefix(max(0, columns - 2)) + (Terminal.output.isUTF8 ? "…" : "~")
    }

    /// What was done since then.
    private static func effects(_ now: [LinkStatus.Effect], since before: [LinkStatus.Effect]) -> [LinkStatus.Effect] {
        now.enumerated().compactMap { place, effect in
            var effect = effect
            // A condition that was there is in its old place.
            if before.indices.contains(place), case let old = before[place], old.condition == effect.condition,
                old.isGone == effect.isGone, old.hits <= effect.hits
            {
                effect.hits &-= old.hits
                effect.milliseconds -= old.milliseconds
            }
            return effect.hits > 0 ? effect : nil
        }
    }
}
