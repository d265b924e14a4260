package import HomeportCore

/// Whose a lease is: a service of one working copy.
package struct LeaseKey: Sendable, Hashable, Codable, Comparable {
    /// Absolute: where the plan lies, or the working copy's first folder.
    package var directory: String
    package var service: String

    package init(directory: String, service: ServiceName) {
        self.directory = directory
        self.service = service.text
    }

    /// The same on every machine and every day (FNV-1a, 64 bits): where in the pool the search for a port begins.
    var start: UInt16 {
        let hash = "\(directory)\u{0}\(service)".utf8.reduce(14_695_981_039_346_656_037 as UInt64) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        // The low bits alone would be nearly the same for names that differ in their first letter.
        return UInt16(truncatingIfNeeded: hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48)
    }

    package static func < (a: Self, b: Self) -> Bool { (a.directory, a.service) < (b.directory, b.service) }
}
