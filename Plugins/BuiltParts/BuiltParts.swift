import Foundation
import PackagePlugin

/// Writes down what the program is built of, as the package manager resolved it: the packages whose targets are linked into
/// it, and the toolchain. `homeport version --sbom` tells it.
@main
struct BuiltParts: BuildToolPlugin {
    private struct Part: Encodable {
        var name: String
        var version: String
        var revision: String?
        /// Where its source came from; nil for the toolchain.
        var location: String?
        /// Names of packages that it needs.
        var needs: [String]
    }

    private struct Build: Encodable {
        /// Seconds since 1970.
        var time: Int
        var swift: String
        /// What the program itself needs.
        var needs: [String]
        var parts: [Part]
    }

    /// What of Package.resolved is wanted: the plugin's view of a package knows no commit.
    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable { var revision: String? }
            var location: String
            var state: State
        }
        var pins: [Pin]
    }

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let program = context.package.targets.first(where: { $0.name == "homeport" }) else {
            throw Problem(description: "this package has no target homeport")
        }
        let linked = Set(([program] + program.recursiveTargetDependencies).map(\.id))
        var parts: [String: Part] = [:]
        func needs(of package: Package) -> [String] {
            package.dependencies.map(\.package).filter { other in other.targets.contains { linked.contains($0.id) } }
                .map(\.displayName).sorted()
        }
        let resolved = try? JSONDecoder().decode(
            Resolved.self,
            from: Data(contentsOf: context.package.directoryURL.appending(path: "Package.resolved"))
        )
        let revisions = Dictionary((resolved?.pins ?? []).map { ($0.location, $0.state.revision) }) { $1 }
        func add(_ package: Package) {
            for other in package.dependencies.map(\.package) where parts[other.id] == nil {
                guard other.targets.contains(where: { linked.contains($0.id) }) else { continue }
                parts[other.id] = part(of: other, needs: needs(of: other), revisions)
                add(other)
            }
        }
        add(context.package)
        var build = Build(
            time: 0,
            swift: try swiftVersion(context),
            needs: needs(of: context.package),
            parts: parts.values.sorted { $0.name < $1.name }
        )
        let folder = context.pluginWorkDirectoryURL
        let (known, written) = (folder.appending(path: "parts.json"), folder.appending(path: "Build.swift.new"))
        let source = folder.appending(path: "Build+parts.swift")
        // The time is that of the parts: written anew only when they have changed, so that nothing is compiled in vain.
        let text = try json(build)
        if (try? String(contentsOf: known, encoding: .utf8)) != text
            || !FileManager.default.fileExists(atPath: written.path())
        {
            let given = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Int.init)
            build.time = given ?? Int(Date().timeIntervalSince1970)
            let line = "extension Build { static let json = #\"\(try json(build))\"# }\n"
            try line.write(to: written, atomically: true, encoding: .utf8)
            try text.write(to: known, atomically: true, encoding: .utf8)
        }
        return [
            .buildCommand(
                displayName: "Noting what homeport is built of",
                executable: URL(filePath: "/bin/cp"),
                arguments: [written.path(), source.path()],
                inputFiles: [written],
                outputFiles: [source]
            )
        ]
    }

    private func json(_ build: Build) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(build), as: UTF8.self)
    }

    private func part(of package: Package, needs: [String], _ revisions: [String: String?]) -> Part {
        switch package.origin {
        case .repository(let url, let version, _):
            Part(
                name: package.displayName,
                version: version,
                revision: revisions[url] ?? nil,
                location: url,
                needs: needs
            )
        case .registry(let identity, let version):
            Part(name: package.displayName, version: version, location: identity, needs: needs)
        case .local(let path): Part(name: package.displayName, version: "local", location: path, needs: needs)
        case .root: Part(name: package.displayName, version: "root", needs: needs)
        @unknown default: Part(name: package.displayName, version: "unknown", needs: needs)
        }
    }

    /// As the compiler says it: 6.3.1.
    private func swiftVersion(_ context: PluginContext) throws -> String {
        let process = Process()
        process.executableURL = try context.tool(named: "swiftc").url
        process.arguments = ["--version"]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let place = words.firstIndex(of: "version"), place + 1 < words.count else {
            throw Problem(description: "swiftc --version says nothing that is understood: \(text)")
        }
        return String(words[place + 1])
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }
}
