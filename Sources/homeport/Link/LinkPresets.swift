import ArgumentParser
import HomeportCore
import HomeportLink

struct LinkPresetsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "presets",
        abstract: "Known networks, with their source and what their delay means.",
        discussion: """
            The same word means different networks to different sources, hence the names before the colon. latency is what we \
            make of it: one way, in each direction.

            EXAMPLES
              homeport link presets
              homeport link presets 3g
              homeport link open 3000 --preset chrome:slow-4g
              homeport link presets --json

            JSON: {"presets": [{name, source, meaning, up, down}]}
            """
    )

    @Argument(help: "Only those whose name has this in it.")
    var part = ""

    @Flag(help: "Print JSON.")
    var json = false

    private struct Entry: Encodable {
        let name, source, meaning: String
        let up, down: [ConditionWords]
    }

    func run() throws {
        let presets = Preset.all.filter { part.isEmpty || $0.name.contains(part) }
        guard !presets.isEmpty else { _ = try Preset.named(part); return }
        if json {
            return try Terminal.output.write(json: [
                "presets": presets.map {
                    Entry(name: $0.name, source: $0.source, meaning: $0.meaning, up: $0.words.up, down: $0.words.down)
                }
            ])
        }
        var source = ""
        for preset in presets {
            if preset.source != source {
                Terminal.output.write("\n" + Terminal.output.styled(preset.source, .dim) + "\n")
                source = preset.source
            }
            let up = preset.words.up.map(\.text).joined(separator: "; ")
            let down = preset.words.down.map(\.text).joined(separator: "; ")
            Terminal.output.write("  " + Terminal.output.styled(preset.name, .bold) + "  \(preset.meaning)\n")
            Terminal.output.write("      down: \(down)\n      up:   \(up)\n")
        }
        Terminal.output.write("\n")
    }
}
