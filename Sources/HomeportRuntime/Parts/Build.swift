#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What this program was built of. `json` is written by the plugin BuiltParts, when it is built.
package struct Build: Decodable, Sendable {
    package struct Part: Decodable, Sendable {
        /// As its package is called: swift-nio.
        package var name: String
        package var version: String
        /// The commit.
        package var revision: String?
        /// Where its source came from.
        package var location: String?
        /// Names of other parts.
        package var needs: [String]

        package init(name: String, version: String, revision: String? = nil, location: String? = nil) {
            (self.name, self.version, self.revision, self.location, needs) = (name, version, revision, location, [])
        }

        /// `github.com/apple/swift-nio`: what the ecosystem SwiftURL of OSV, and package URLs, call it.
        package var address: String? { location.flatMap(Self.address) }

        /// An address without its scheme and `.git`; nil for a folder of this machine.
        package static func address(of location: String) -> String? {
            var rest = location[...]
            if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
            if rest.hasSuffix("/") { rest.removeLast() }
            if rest.hasSuffix(".git") { rest.removeLast(4) }
            return rest.contains("/") && !rest.hasPrefix("/") ? String(rest) : nil
        }
    }

    /// When its parts were put together: seconds since 1970.
    package var time: Int64
    /// The toolchain's version, whose library is linked in.
    package var swift: String
    /// What the program itself needs.
    package var needs: [String]
    package var parts: [Part]

    package init(time: Int64, swift: String, parts: [Part]) {
        (self.time, self.swift, self.parts, needs) = (time, swift, parts, parts.map(\.name))
    }

    /// This one.
    package static func present() throws -> Build { try JSONDecoder().decode(Build.self, from: Data(json.utf8)) }
}
