import ArgumentParser
import HomeportCore
import HomeportLink

/// A link's words as options. Each is defined once, with its plan's key: names, examples and help come from there.
struct ConditionOptions: ParsableArguments {
    @Option(help: .word("preset")) var preset: String?
    @Option(help: .word("rtt")) var rtt: String?
    @Option(help: .word("direction")) var direction: String?
    @Option(help: .word("rate")) var rate: String?
    @Option(help: .word("rate_per")) var ratePer: String?
    @Option(help: .word("queue")) var queue: String?
    @Option(help: .word("latency")) var latency: String?
    @Option(help: .word("jitter")) var jitter: String?
    @Option(help: .word("distribution")) var distribution: String?
    @Option(help: .word("correlation")) var correlation: String?
    @Option(help: .word("keep_order")) var keepOrder: String?
    @Option(help: .word("step")) var step: String?
    @Option(help: .word("step_every")) var stepEvery: String?
    @Option(help: .word("loss")) var loss: String?
    @Option(help: .word("recovery")) var recovery: String?
    @Option(help: .word("duplicate")) var duplicate: String?
    @Option(help: .word("reorder")) var reorder: String?
    @Option(help: .word("corrupt")) var corrupt: String?
    @Option(help: .word("corrupt_at")) var corruptAt: String?
    @Option(help: .word("slice")) var slice: String?
    @Option(help: .word("slice_variation")) var sliceVariation: String?
    @Option(help: .word("slice_pause")) var slicePause: String?
    @Option(help: .word("slow_close")) var slowClose: String?
    @Option(help: .word("close_after")) var closeAfter: String?
    @Option(help: .word("reset_after")) var resetAfter: String?
    @Flag(help: .word("blackhole")) var blackhole = false
    @Flag(help: .word("stall")) var stall = false
    @Flag(help: .word("refuse")) var refuse = false
    @Flag(help: .word("unreachable")) var unreachable = false

    /// What was said, as a plan's words.
    var words: [(name: String, text: String)] {
        let options: [(String, String?)] = [
            ("preset", preset), ("rtt", rtt), ("direction", direction), ("rate", rate), ("rate_per", ratePer),
            ("queue", queue), ("latency", latency), ("jitter", jitter), ("distribution", distribution),
            ("correlation", correlation), ("keep_order", keepOrder), ("step", step), ("step_every", stepEvery),
            ("loss", loss), ("recovery", recovery), ("duplicate", duplicate), ("reorder", reorder),
            ("corrupt", corrupt),
            ("corrupt_at", corruptAt), ("slice", slice), ("slice_variation", sliceVariation),
            ("slice_pause", slicePause), ("slow_close", slowClose), ("close_after", closeAfter),
            ("reset_after", resetAfter), ("blackhole", blackhole ? "true" : nil), ("stall", stall ? "true" : nil),
            ("refuse", refuse ? "true" : nil), ("unreachable", unreachable ? "true" : nil),
        ]
        return options.compactMap { name, text in text.map { (name, $0) } }
    }

    /// The words as the text of a mapping: what the control API takes.
    var text: String { Self.mapping(words) }

    /// - Throws: ``HomeportError`` that names the option.
    func edit() throws -> LinkEdit {
        if refuse, unreachable {
            throw HomeportError(
                .badValue,
                "--refuse and --unreachable exclude each other",
                fix: "leave one of them out"
            )
        }
        // One by one, so that what is wrong is said of the option that is meant.
        for (name, text) in words {
            do { _ = try LinkEdit.read(Self.mapping([(name, text)]), file: "") } catch var error as HomeportError {
                let option = "--" + name.replacing("_", with: "-")
                error.subject = option
                if let fix = error.fix, fix.hasPrefix("write it as in \(name): ") {
                    error.fix = "write it as in \(option) " + fix.dropFirst("write it as in \(name): ".count)
                }
                throw error
            }
        }
        return try LinkEdit.read(text, file: "the options")
    }

    private static func mapping(_ words: [(name: String, text: String)]) -> String {
        var text = "{"
        for (index, word) in words.enumerated() {
            text += (index == 0 ? "" : ", ") + "\"\(word.name)\": "
            text.appendJSON(word.text)
        }
        return text + "}"
    }
}

extension ArgumentHelp {
    /// The help of an option is its key's, with an example.
    static func word(_ name: String) -> ArgumentHelp {
        guard let key = LinkEdit.keys.first(where: { $0.name == name }) else { return "" }
        return ArgumentHelp(stringLiteral: key.summary + (key.example == "true" ? "" : " As in \(key.example)."))
    }
}
