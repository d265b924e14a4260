package import HomeportCore
package import HomeportNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What was applied, and what was reached from outside before and after: kept, so that another day can be compared with it.
package struct FirewallRecord: Sendable, Codable, Equatable {
    /// One listener at the kept ports, and what came of trying it from outside.
    package struct Trial: Sendable, Codable, Equatable {
        package var transport: AuditedListener.Transport
        package var address: String
        package var port: UInt16
        package var process: String?
        /// Nil where it could not be tried.
        package var proof: OutsideProof?
    }

    /// Seconds since 1970.
    package var applied: Int64
    /// As nft lists the table, without what it has counted.
    package var listing: String
    /// Nil where nobody asked for a proof.
    package var before: [Trial]?
    package var after: [Trial]?

    package init(applied: Int64, listing: String, before: [Trial]? = nil, after: [Trial]? = nil) {
        (self.applied, self.listing, self.before, self.after) = (applied, listing, before, after)
    }

    /// Tries those that listen at ports which are to be kept.
    /// - Throws: ``HomeportError`` where nothing can be tried.
    package static func trials(at ports: [ClosedRange<UInt16>]) throws(HomeportError) -> [Trial] {
        var audit = try Audit.gather()
        audit.listeners.removeAll { listener in
            listener.network != "host" || !ports.contains { $0.contains(listener.port) }
        }
        let proofs = try OutsideProbe.run(audit)
        return audit.listeners.enumerated().map { index, listener in
            Trial(
                transport: listener.transport,
                address: listener.address,
                port: listener.port,
                process: listener.process?.command,
                proof: proofs[index]
            )
        }
    }

    // MARK: Kept

    private static let longest = 16 << 20

    private static func path(in folder: String) -> String { "\(folder)/firewall.json" }

    /// - Returns: Nil where there is none.
    /// - Throws: ``HomeportError`` with code `file.loose` where others could have written it, `firewall.record` where it is none.
    package static func kept(in folder: String) throws(HomeportError) -> FirewallRecord? {
        guard let bytes = try PrivateFile.bytes(path(in: folder), limit: longest) else { return nil }
        do { return try JSONDecoder().decode(FirewallRecord.self, from: Data(bytes)) } catch {
            throw HomeportError(
                HomeportError.Code("firewall.record", .world),
                "it does not tell what was applied, so that nobody knows if others have changed the rules",
                where: path(in: folder),
                fix: "homeport firewall apply puts the rules there anew, and remembers them"
            )
        }
    }

    package func keep(in folder: String) throws(SystemFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return }
        try PrivateFile.replace(Self.path(in: folder), String(decoding: data, as: UTF8.self))
    }
}

extension [FirewallRecord.Trial] {
    package var reached: Int { count { $0.proof == .reached } }
    package var tried: Int { count { $0.proof != nil } }
}
