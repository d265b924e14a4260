package import HomeportCore

/// Which ports are to be reached from the loopback alone, and by whom there.
package struct FirewallPlan: Sendable, Equatable {
    /// Sorted, apart from each other.
    package private(set) var ports: [ClosedRange<UInt16>]
    /// Who may connect to them on the loopback; nil for everyone.
    package var owners: Set<UInt32>?

    package init(_ ports: [ClosedRange<UInt16>], owners: Set<UInt32>? = nil) {
        self.ports = Self.merged(ports)
        self.owners = owners
    }

    /// `3000`, `49152-65535`, and lists of those with commas.
    /// - Throws: ``HomeportError`` with code `value.malformed`.
    package static func ports(parsing text: String) throws(HomeportError) -> [ClosedRange<UInt16>] {
        var found: [ClosedRange<UInt16>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(ends.count), let first = ends.first, let last = ends.last else {
                throw HomeportError(.badValue, "\"\(part)\" is no range of ports", fix: "write 49152-65535")
            }
            let (low, high) = (try Port(parsing: first), try Port(parsing: last))
            guard low.number <= high.number else {
                throw HomeportError(.badValue, "\"\(part)\" ends before it begins", fix: "write \(last)-\(first)")
            }
            found.append(low.number...high.number)
        }
        return found
    }

    private static func merged(_ ports: [ClosedRange<UInt16>]) -> [ClosedRange<UInt16>] {
        ports.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { all, next in
            guard let last = all.last, Int(next.lowerBound) <= Int(last.upperBound) + 1 else { return all.append(next) }
            all[all.count - 1] = last.lowerBound...max(last.upperBound, next.upperBound)
        }
    }

    /// `62893, 63000-63010`.
    package var text: String {
        ports.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    }
}
