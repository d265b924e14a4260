import ArgumentParser
import HomeportCore
import HomeportRuntime

/// The right words for a command that is none. ArgumentParser says only that a word is unexpected.
enum Suggestion {
    /// - Returns: nil where all commands are right, and something else is wrong.
    static func command(in words: [String]) -> HomeportError? {
        var place: any ParsableCommand.Type = Homeport.self
        var path = "homeport"
        for word in words {
            let known = place.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
            if let next = known.first(where: { $0.configuration.commandName == word }) {
                place = next
                path += " \(word)"
                continue
            }
            // `ports 8080` has both: subcommands, and a value of its own.
            guard
                place == Homeport.self || place == PlanCommand.self || place == LinkCommand.self
                    || place == AccessCommand.self || place == AccessTokenCommand.self || place == FirewallCommand.self,
                word != "help"
            else {
                return nil
            }
            return HomeportError(
                HomeportError.Code("command.unknown", .words),
                "there is no command \(path) \(word)",
                fix: fix(word, after: path, among: known.compactMap { $0.configuration.commandName })
            )
        }
        return nil
    }

    private static func fix(_ word: String, after path: String, among known: [String]) -> String {
        if let near = Spelling.nearest(to: word, among: known) { return "did you mean \(path) \(near)?" }
        if (try? Port(parsing: word)) != nil {
            return "to serve this folder on that port: homeport serve --port \(word)"
        }
        if FolderCheck.isFolder(word) { return "to serve that folder: homeport serve \(word)" }
        return "it knows \(known.joined(separator: ", ")); \(path) --help says more"
    }
}
