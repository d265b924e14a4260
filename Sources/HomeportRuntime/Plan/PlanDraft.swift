package import HomeportCore
import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A first plan, made from what a folder holds.
package struct PlanDraft: Sendable {
    private struct Entry {
        var name: ServiceName
        /// `run: npm run dev`.
        var words: [(key: String, value: String)]
        var source: String
    }

    /// The plan.
    package let text: String
    /// Where each service comes from, one line each.
    package let sources: [String]

    /// - Throws: ``HomeportError`` where a file that should be read makes no sense.
    package static func look(in directory: String) throws(HomeportError) -> PlanDraft {
        let procfile = try fromProcfile(directory)
        var entries = procfile.isEmpty ? try fromPackage(directory) : procfile
        entries += try fromCompose(directory)
        if entries.isEmpty { entries = fromFolders(directory) }
        var (names, text) = (Set<ServiceName>(), "")
        entries = entries.filter { names.insert($0.name).inserted }
        let project = ServiceName(madeFrom: directory.split(separator: "/").last.map(String.init) ?? "project")
        text += "name: \(project)\n\nservices:\n"
        let fallback = entries.first { ["web", "site", "app"].contains($0.name.text) } ?? entries.first
        for entry in entries {
            let isDefault = entry.name == fallback?.name && !entry.words.contains { $0.value.hasPrefix("tcp:") }
            text += "  \(entry.name):    # \(entry.source)\n"
            for (key, value) in entry.words { text += "    \(key): \(quoted(value))\n" }
            if isDefault { text += "    default: true    # answers on http://127.0.0.1:62893, too\n" }
        }
        return PlanDraft(text: text, sources: entries.map { "\($0.name): \($0.source)" })
    }

    private static func fromPackage(_ directory: String) throws(HomeportError) -> [Entry] {
        let path = "\(directory)/package.json"
        guard let bytes = SmallFile.bytes(path, limit: 1 << 20) else { return [] }
        struct Package: Decodable {
            var scripts: [String: String]?
        }
        guard let package = try? JSONDecoder().decode(Package.self, from: Data(bytes)) else {
            throw HomeportError(.badValue, "package.json is no JSON that can be read", where: path, fix: "mend it")
        }
        guard let script = ["dev", "start", "serve"].first(where: { package.scripts?[$0] != nil }) else { return [] }
        let locks = [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun")]
        let tool = locks.first { SmallFile.bytes("\(directory)/\($0.0)", limit: 1) != nil }?.1 ?? "npm"
        return [
            Entry(
                name: ServiceName(madeFrom: "web"),
                words: [("run", "\(tool) run \(script)")],
                source: "package.json, script \(script)"
            )
        ]
    }

    /// `web: bundle exec puma -p $PORT` in each line.
    private static func fromProcfile(_ directory: String) throws(HomeportError) -> [Entry] {
        for file in ["Procfile.dev", "Procfile"] {
            guard let text = SmallFile.text("\(directory)/\(file)", limit: 64 << 10) else { continue }
            return text.split(whereSeparator: \.isNewline).compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, !line.hasPrefix("#") else { return nil }
                let command = String(parts[1].drop { $0 == " " || $0 == "\t" })
                guard !command.isEmpty else { return nil }
                let name = ServiceName(madeFrom: String(parts[0]))
                // Done once at a deployment, not a service.
                guard name.text != "release" else { return nil }
                var words = [("run", command)]
                if !command.contains("PORT"), name.text != "web" { words.append(("ready", "started")) }
                return Entry(name: name, words: words, source: file)
            }
        }
        return []
    }

    private static func fromCompose(_ directory: String) throws(HomeportError) -> [Entry] {
        for file in ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"] {
            guard let text = SmallFile.text("\(directory)/\(file)", limit: 1 << 20) else { continue }
            let root = try PlanNode(parsing: text, file: file)
            guard let services = root.at("services") else { return [] }
            var found: [Entry] = []
            for (key, service) in try services.mapping() {
                guard let ports = service.at("ports"), let first = (try? ports.list())?.first,
                    let port = published(first)
                else { continue }
                let isHTTP = [80, 3000, 8000, 8080].contains(port.inside)
                found.append(
                    Entry(
                        name: ServiceName(madeFrom: key),
                        words: [("to", isHTTP ? "\(port.outside)" : "tcp://127.0.0.1:\(port.outside)")],
                        source: "\(file), port \(port.outside)"
                    )
                )
            }
            return found
        }
        return []
    }

    /// `8080:80`, `127.0.0.1:5432:5432/tcp`, or a mapping.
    private static func published(_ node: PlanNode) -> (outside: UInt16, inside: UInt16)? {
        if node.isMapping {
            guard let outside = try? node.at("published")?.text(), let inside = try? node.at("target")?.text(),
                let outside = UInt16(outside), let inside = UInt16(inside)
            else { return nil }
            return (outside, inside)
        }
        guard let text = try? node.text(), !text.hasSuffix("/udp") else { return nil }
        let parts = text.prefix { $0 != "/" }.split(separator: ":")
        guard parts.count >= 2, let outside = UInt16(parts[parts.count - 2]),
            let inside = UInt16(parts[parts.count - 1])
        else { return nil }
        return (outside, inside)
    }

    private static func fromFolders(_ directory: String) -> [Entry] {
        let names = ["public", "dist", "build", "site", "_site", "www", "out", "docs"]
        let folder = names.first { SmallFile.bytes("\(directory)/\($0)/index.html", limit: 1) != nil } ?? "."
        let source = folder == "." ? "this folder" : "the folder \(folder)"
        return [Entry(name: ServiceName(madeFrom: "site"), words: [("folder", folder)], source: source)]
    }

    /// A plain word where YAML takes it for one.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains(": ") && !text.contains(" #")
            && !text.hasSuffix(":") && text.first.map { !"&*!|>'\"%@`{}[],?:-# ".contains($0) } ?? false
        return isPlain ? text : String(json: text)
    }
}
