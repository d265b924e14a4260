import ArgumentParser

/// The words of a program that a command runs: all that follow its own, with or without `--` between.
struct PassedWords {
    let words: [String]

    init(_ captured: [String]) { words = captured.first == "--" ? Array(captured.dropFirst()) : captured }

    /// - Parameter command: As somebody would have to write it: `homeport exec`.
    /// - Throws: Help where it was asked for, and an error where an option stands in the place of a program.
    static func check(_ captured: [String], in type: any ParsableCommand.Type, _ usage: String) throws {
        guard let first = captured.first, first.hasPrefix("-"), first != "--" else {
            if PassedWords(captured).words.isEmpty {
                throw ValidationError("there is no program to run; write it as in \(usage)")
            }
            return
        }
        if first == "--help" || first == "-h" { throw CleanExit.helpRequest(type) }
        throw ValidationError("\(first) is no option here: options come first, then \(usage)")
    }
}
