import HomeportCore
import HomeportLink
import HomeportNet

/// Links as a person reads them.
enum LinkReport {
    static func table(_ links: [(project: String, status: LinkStatus)]) -> Table {
        var table = Table(
            ("LINK", .left),
            ("FROM", .left),
            ("TO", .left),
            ("OPEN", .right),
            ("UP", .right),
            ("DOWN", .right),
            ("ADDED", .right),
            ("CONDITIONS", .left)
        )
        for (_, link) in links {
            table.add([
                .init(link.name.harmless, .bold), .init(link.addresses.first ?? ""), .init(link.target.harmless),
                .init("\(link.open)"),
                .init(bytes(link.up.bytes)), .init(bytes(link.down.bytes)),
                .init(added(link.up.effects + link.down.effects)),
                .init(conditions(link), link.isCut || link.connect != .accept ? .red : .plain),
            ])
        }
        return table
    }

    /// What it does, in words.
    static func conditions(_ link: LinkStatus) -> String {
        var parts: [String] = []
        if link.isCut { parts.append("cut" + (link.cutFor.map { " (heals in \(seconds($0)))" } ?? "")) }
        if link.connect != .accept { parts.append(link.connect.rawValue) }
        let (up, down) = (words(link.up, link), words(link.down, link))
        if !up.isEmpty, up == down {
            parts.append("both: \(up)")
        } else {
            if !up.isEmpty { parts.append("up: \(up)") }
            if !down.isEmpty { parts.append("down: \(down)") }
        }
        if let count = link.replays { parts.append("a replay of \(count) connection\(count == 1 ? "" : "s")") }
        if !link.http.isEmpty { parts.append("\(link.http.count) of http") }
        let text = parts.isEmpty ? "no conditions" : parts.joined(separator: "; ")
        return text + (link.setFor.map { " (set for \(seconds($0)) more)" } ?? (link.isEdited ? " (set by hand)" : ""))
    }

    private static func words(_ way: LinkStatus.Way, _ link: LinkStatus) -> String {
        let text = way.conditions.map(\.text).joined(separator: "; ").harmless
        // What is modelled is called so wherever it stands.
        let isModelled = link.transport == "tcp" && way.conditions.contains { $0[named: "loss"] != nil }
        return isModelled ? text + " (loss is modelled)" : text
    }

    /// Everything about one link.
    static func details(_ link: LinkStatus, _ terminal: Terminal) -> String {
        var text = "\n  " + terminal.styled(link.name.harmless, .bold) + "\n\n"
        for address in link.addresses {
            text += "  " + terminal.styled(address, .green) + "  →  \(link.target.harmless)\n"
        }
        text += "\n  \(link.transport), \(link.open) open of \(link.opened), \(link.failed) failed"
        text += link.overflowed > 0 ? ", \(link.overflowed) datagrams found no room\n" : "\n"
        if let failure = link.lastFailure { text += "  the last that failed: \(failure)\n" }
        text += "  seed \(link.seed)" + (link.group.map { ", group \($0)" } ?? "") + "\n"
        text += "  " + conditions(link) + "\n"
        for fault in link.http {
            text += "  http: \(fault.fault.harmless)   met \(fault.requests) request\(fault.requests == 1 ? "" : "s")\n"
        }
        for (name, way) in [("up", link.up), ("down", link.down)] {
            text += "\n  \(name): \(bytes(way.bytes))\n"
            for effect in way.effects {
                let mean = effect.hits > 0 ? effect.milliseconds / Double(effect.hits) : 0
                text +=
                    "    \(effect.condition) (\(effect.kind)\(effect.isGone ? ", no longer there" : "")): \(effect.hits) times"
                if effect.milliseconds > 0 { text += ", \(milliseconds(mean)) each" }
                if effect.discardedBytes > 0 { text += ", \(bytes(effect.discardedBytes)) thrown away" }
                text += "\n"
            }
        }
        return text + "\n"
    }

    /// How long what was held back was held back on average, by the conditions that are there.
    static func added(_ effects: [LinkStatus.Effect]) -> String {
        let held = effects.filter { $0.milliseconds > 0 && !$0.isGone }
        // A packet passes each condition in turn: what each adds on average adds up.
        let sum = held.reduce(0) { $0 + $1.milliseconds / Double(max(1, $1.hits)) }
        return held.isEmpty ? "-" : milliseconds(sum)
    }

    static func bytes(_ count: UInt64) -> String {
        let units: [(Double, String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        for (size, unit) in units where Double(count) >= size { return decimal(Double(count) / size, unit) }
        return "\(count) B"
    }

    static func milliseconds(_ value: Double) -> String {
        value >= 1000 ? decimal(value / 1000, "s") : decimal(value, "ms")
    }

    private static func seconds(_ value: Double) -> String { decimal(value, "s") }

    private static func decimal(_ value: Double, _ unit: String) -> String {
        let tenths = Int((value * 10).rounded())
        return value < 10 ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
    }
}
