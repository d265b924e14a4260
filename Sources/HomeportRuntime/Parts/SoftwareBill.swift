import Crypto
import HomeportCore
import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A build as a software bill of materials, in CycloneDX 1.6 (ECMA-424).
package struct SoftwareBill: Encodable, Sendable {
    struct Component: Encodable, Sendable {
        struct Hash: Encodable, Sendable {
            var alg = "SHA-256"
            var content: String
        }

        struct Reference: Encodable, Sendable {
            var type = "vcs"
            var url: String
        }

        struct Property: Encodable, Sendable {
            var name: String
            var value: String
        }

        enum CodingKeys: String, CodingKey {
            case type, reference = "bom-ref", name, version, purl, cpe, hashes, externalReferences, properties
        }

        var type: String
        var reference: String
        var name: String
        var version: String
        var purl: String?
        var cpe: String?
        var hashes: [Hash]?
        var externalReferences: [Reference]?
        var properties: [Property]?
    }

    struct Metadata: Encodable, Sendable {
        var timestamp: String
        var component: Component
    }

    struct Dependency: Encodable, Sendable {
        var ref: String
        var dependsOn: [String]
    }

    enum CodingKeys: String, CodingKey {
        case bomFormat, specVersion, serialNumber, version, metadata, components, dependencies
    }

    let bomFormat = "CycloneDX"
    let specVersion = "1.6"
    let version = 1
    let serialNumber: String
    let metadata: Metadata
    let components: [Component]
    let dependencies: [Dependency]

    /// Of the program that runs.
    package static func present() throws -> SoftwareBill {
        let path = OwnProgram.path
        guard let file = FileManager.default.contents(atPath: path) else {
            throw HomeportError(
                HomeportError.Code("file.unreadable", .world),
                "this program cannot read itself",
                where: path
            )
        }
        return SoftwareBill(of: try Build.present(), hash: Array(SHA256.hash(data: file)))
    }

    /// - Parameter hash: SHA-256 of the program's file, 32 bytes: the same file has the same serial number.
    package init(of build: Build, hash: [UInt8]) {
        let program = Component(
            type: "application",
            reference: "homeport",
            name: "homeport",
            version: HomeportVersion.current,
            hashes: [Component.Hash(content: hash.hexadecimal)]
        )
        let library = Component(
            type: "framework",
            reference: "swift",
            name: "swift",
            version: build.swift,
            purl: "pkg:swift/github.com/swiftlang/swift@\(build.swift)",
            cpe: "cpe:2.3:a:apple:swift:\(build.swift):*:*:*:*:*:*:*"
        )
        metadata = Metadata(timestamp: UTCTime(build.time).rfc3339, component: program)
        components = [library] + build.parts.map(Component.init)
        dependencies =
            [Dependency(ref: "homeport", dependsOn: ["swift"] + build.needs), Dependency(ref: "swift", dependsOn: [])]
            + build.parts.map { Dependency(ref: $0.name, dependsOn: ["swift"] + $0.needs) }
        serialNumber = "urn:uuid:" + Self.uuid(hash)
    }

    /// Version 8 of RFC 9562: of whatever its maker chooses, here of a file's hash.
    private static func uuid(_ hash: [UInt8]) -> String {
        var bytes = Array(hash.prefix(16))
        guard bytes.count == 16 else { return "" }
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = bytes.hexadecimal
        let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return cuts.map { text.dropFirst($0.lowerBound).prefix($0.count) }.joined(separator: "-")
    }
}

extension SoftwareBill.Component {
    fileprivate init(_ part: Build.Part) {
        self.init(
            type: "library",
            reference: part.name,
            name: part.name,
            version: part.version,
            purl: part.address.map { "pkg:swift/\($0)@\(part.version)" },
            externalReferences: part.location.map { [Reference(url: $0)] },
            properties: part.revision.map { [Property(name: "homeport:revision", value: $0)] }
        )
    }
}

extension [UInt8] {
    var hexadecimal: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
