/// What is known of a vulnerability: a record of the OSV schema (1.7), as far as it is about Swift packages.
package struct Advisory: Decodable, Sendable {
    package struct Affected: Decodable, Sendable {
        struct Package: Decodable, Sendable {
            var ecosystem: String?
            var name: String?
        }

        struct Range: Decodable, Sendable {
            struct Event: Decodable, Sendable {
                var introduced: String?
                var fixed: String?
                var lastAffected: String?

                private enum CodingKeys: String, CodingKey {
                    case introduced, fixed, lastAffected = "last_affected"
                }
            }

            var type: String?
            var events: [Event]?
        }

        var package: Package?
        var ranges: [Range]?
        var versions: [String]?
    }

    private struct Specific: Decodable, Sendable {
        var severity: String?
    }

    private enum CodingKeys: String, CodingKey {
        case id, modified, withdrawn, aliases, summary, affected, specific = "database_specific"
    }

    package let id: String
    /// RFC 3339.
    package let modified: String
    private let withdrawn: String?
    private let aliases: [String]?
    private let summary: String?
    private let affected: [Affected]?
    private let specific: Specific?

    /// Whether a version of a part is said to be vulnerable.
    package enum Verdict: Sendable, Equatable {
        case unaffected
        /// With the first version above it that is not, where there is one.
        case affected(fixed: String?)
        /// The record names commits alone, or the part has no version that could be compared.
        case unknown
    }

    package func verdict(on part: Build.Part) -> Verdict {
        guard withdrawn == nil, let address = part.address?.lowercased() else { return .unaffected }
        var verdict = Verdict.unaffected
        for entry in affected ?? [] where entry.isAbout(address) {
            switch (entry.verdict(on: part.version), verdict) {
            case (.affected(let fixed), _): return .affected(fixed: fixed)
            case (.unknown, .unaffected): verdict = .unknown
            default: break
            }
        }
        return verdict
    }

    /// `GHSA-… (CVE-…, high): what it is about`
    package var text: String {
        let cves = (aliases ?? []).filter { $0.hasPrefix("CVE-") }
        let more = cves + [specific?.severity?.lowercased()].compactMap { $0 }
        let words = more.isEmpty ? "" : " (\(more.joined(separator: ", ")))"
        return (id + words + (summary.map { ": \($0)" } ?? ""))
    }
}

extension Advisory.Affected {
    fileprivate func isAbout(_ address: String) -> Bool {
        guard package?.ecosystem == "SwiftURL", let name = package?.name else { return false }
        return (Build.Part.address(of: name) ?? name).lowercased() == address
    }

    fileprivate func verdict(on version: String) -> Advisory.Verdict {
        let comparable = (ranges ?? []).filter { $0.type == "SEMVER" || $0.type == "ECOSYSTEM" }
        guard let number = SemanticVersion(version) else {
            return versions?.contains(version) == true ? .affected(fixed: nil) : .unknown
        }
        let listed = (versions ?? []).contains { $0 == version || SemanticVersion($0) == number }
        let hit = comparable.first { $0.contains(number) }
        if listed || hit != nil {
            return .affected(fixed: comparable.compactMap { $0.fix(above: number) }.min()?.description)
        }
        return comparable.isEmpty && (versions ?? []).isEmpty ? .unknown : .unaffected
    }
}

extension Advisory.Affected.Range {
    /// As the schema's "Evaluation" has it: events in order of their versions, each of which changes what holds from there on.
    fileprivate func contains(_ version: SemanticVersion) -> Bool {
        var marks: [(at: SemanticVersion, order: Int, isIn: Bool)] = []
        var holds = false
        for event in events ?? [] {
            if event.introduced == "0" {
                holds = true
            } else if let start = event.introduced.flatMap(SemanticVersion.init) {
                marks.append((start, 0, true))
            }
            if let end = event.fixed.flatMap(SemanticVersion.init) { marks.append((end, 0, false)) }
            // It is the last one itself: what is above is well.
            if let last = event.lastAffected.flatMap(SemanticVersion.init) { marks.append((last, 1, false)) }
        }
        marks.sort { $0.at == $1.at ? $0.order < $1.order : $0.at < $1.at }
        for mark in marks where mark.order == 0 ? mark.at <= version : mark.at < version { holds = mark.isIn }
        return holds
    }

    fileprivate func fix(above version: SemanticVersion) -> SemanticVersion? {
        (events ?? []).compactMap { $0.fixed.flatMap(SemanticVersion.init) }.filter { $0 > version }.min()
    }
}
