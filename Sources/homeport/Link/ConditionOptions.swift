import ArgumentParser
import HomeportCore
import HomeportLink
import HomeportRuntime

/// A link's words as options. Each is defined once, with its plan's key: names, examples and help come from there.
struct ConditionOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .word("preset")) var preset: String?
    @Option(parsing: .unconditional, help: .word("rtt")) var rtt: String?
    @Option(parsing: .unconditional, help: .word("direction")) var direction: String?
    @Option(parsing: .unconditional, help: .word("rate")) var rate: String?
    @Option(parsing: .unconditional, help: .word("rate_per")) var ratePer: String?
    @Option(parsing: .unconditional, help: .word("queue")) var queue: String?
    @Option(parsing: .unconditional, help: .word("trace")) var trace: String?
    @Option(parsing: .unconditional, help: .word("latency")) var latency: String?
    @Option(parsing: .unconditional, help: .word("jitter")) var jitter: String?
    @Option(parsing: .unconditional, help: .word("distribution")) var distribution: String?
    @Option(parsing: .unconditional, help: .word("correlation")) var correlation: String?
    @Flag(inversion: .prefixedNo, help: .word("keep_order")) var keepOrder: Bool?
    @Option(parsing: .unconditional, help: .word("step")) var step: String?
    @Option(parsing: .unconditional, help: .word("step_every")) var stepEvery: String?
    @Option(parsing: .unconditional, help: .word("loss")) var loss: String?
    @Option(parsing: .unconditional, help: .word("recovery")) var recovery: String?
    @Option(parsing: .unconditional, help: .word("duplicate")) var duplicate: String?
    @Option(parsing: .unconditional, help: .word("reorder")) var reorder: String?
    @Option(parsing: .unconditional, help: .word("corrupt")) var corrupt: String?
    @Option(parsing: .unconditional, help: .word("corrupt_at")) var corruptAt: String?
    @Option(parsing: .unconditional, help: .word("slice")) var slice: String?
    @Option(parsing: .unconditional, help: .word("slice_variation")) var sliceVariation: String?
    @Option(parsing: .unconditional, help: .word("slice_pause")) var slicePause: String?
    @Option(parsing: .unconditional, help: .word("slow_close")) var slowClose: String?
    @Option(parsing: .unconditional, help: .word("close_after")) var closeAfter: String?
    @Option(parsing: .unconditional, help: .word("reset_after")) var resetAfter: String?
    @Flag(inversion: .prefixedNo, help: .word("blackhole")) var blackhole: Bool?
    @Flag(inversion: .prefixedNo, help: .word("stall")) var stall: Bool?
    @Option(parsing: .unconditional, help: .word("timeout")) var timeout: String?
    @Option(parsing: .unconditional, help: .word("limit_data")) var limitData: String?
    @Option(parsing: .unconditional, help: .word("reset_peer")) var resetPeer: String?
    @Option(parsing: .unconditional, help: .word("share")) var share: String?
    @Option(parsing: .unconditional, help: .word("first")) var first: String?
    @Option(parsing: .unconditional, help: .word("every")) var every: String?
    @Option(parsing: .unconditional, help: .word("client_port")) var clientPort: String?
    @Option(parsing: .unconditional, help: .word("begins")) var begins: String?
    @Option(parsing: .unconditional, help: .word("sni")) var sni: String?
    @Option(parsing: .unconditional, help: .word("from")) var from: String?
    @Option(parsing: .unconditional, help: .word("until")) var until: String?
    @Option(parsing: .unconditional, help: .word("ramp")) var ramp: String?
    @Option(parsing: .unconditional, help: .word("flap")) var flap: String?
    @Option(parsing: .unconditional, help: .word("repeat")) var `repeat`: String?
    @Option(parsing: .unconditional, help: .word("expires")) var expires: String?
    @Flag(inversion: .prefixedNo, help: .word("refuse")) var refuse: Bool?
    @Flag(inversion: .prefixedNo, help: .word("unreachable")) var unreachable: Bool?

    /// What was said, as a plan's words.
    var words: [(name: String, text: String)] {
        let options: [(String, String?)] = [
            ("preset", preset), ("rtt", rtt), ("direction", direction), ("rate", rate), ("rate_per", ratePer),
            ("queue", queue), ("trace", trace.map(Self.absolute)), ("latency", latency), ("jitter", jitter),
            ("distribution", distribution),
            ("correlation", correlation), ("keep_order", Self.text(keepOrder)), ("step", step),
            ("step_every", stepEvery),
            ("loss", loss), ("recovery", recovery), ("duplicate", duplicate), ("reorder", reorder),
            ("corrupt", corrupt),
            ("corrupt_at", corruptAt), ("slice", slice), ("slice_variation", sliceVariation),
            ("slice_pause", slicePause), ("slow_close", slowClose), ("close_after", closeAfter),
            ("reset_after", resetAfter), ("timeout", timeout), ("limit_data", limitData), ("reset_peer", resetPeer),
            ("share", share), ("first", first), ("every", every), ("client_port", clientPort), ("begins", begins),
            ("sni", sni), ("from", from),
            ("until", until), ("ramp", ramp), ("flap", flap), ("repeat", `repeat`), ("expires", expires),
            ("blackhole", Self.text(blackhole)), ("stall", Self.text(stall)),
            ("refuse", Self.text(refuse)), ("unreachable", Self.text(unreachable)),
        ]
        return options.compactMap { name, text in text.map { (name, $0) } }
    }

    /// Whoever reads it may be in another folder.
    private static func absolute(_ path: String) -> String {
        path == "off" || path.hasPrefix("/") ? path : PlanFile.join(PlanFile.currentDirectory, path)
    }

    /// `--no-stall` undoes the word, as `off` does for those with a value.
    private static func text(_ flag: Bool?) -> String? { flag.map { $0 ? "true" : "off" } }

    /// - Throws: ``HomeportError`` that names the option.
    func edit() throws -> LinkEdit {
        var edit = LinkEdit()
        try Self.read(words, by: LinkEdit.section, into: &edit)
        return edit
    }

    /// Reads options by the keys of a plan's section.
    /// - Throws: ``HomeportError`` that names the option.
    static func read<Root>(
        _ words: [(name: String, text: String)],
        by section: PlanSection<Root>,
        into root: inout Root
    ) throws {
        // One by one, so that what is wrong is said of the option that is meant.
        for (name, text) in words {
            var problems: [HomeportError] = []
            section.read(
                try PlanNode(parsing: String(json: [(name, text)]), file: ""),
                into: &root,
                problems: &problems
            )
            guard var error = problems.first else { continue }
            let option = "--" + name.replacing("_", with: "-")
            error.subject = option
            if let fix = error.fix, fix.hasPrefix("write it as in \(name): ") {
                error.fix = "write it as in \(option) " + fix.dropFirst("write it as in \(name): ".count)
            }
            throw error
        }
    }
}

extension ArgumentHelp {
    /// The help of an option is its key's, with an example.
    static func word(_ name: String) -> ArgumentHelp {
        guard let key = LinkEdit.keys.first(where: { $0.name == name }) else { return "" }
        return ArgumentHelp(stringLiteral: key.summary + (key.example == "true" ? "" : " As in \(key.example)."))
    }
}
