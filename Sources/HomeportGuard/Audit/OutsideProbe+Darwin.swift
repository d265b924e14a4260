#if os(macOS)
package import HomeportCore

package enum OutsideProbe {
    /// - Throws: ``HomeportError``: this system has no network namespaces.
    package static func run(_ audit: Audit) throws(HomeportError) -> [Int: OutsideProof] {
        throw HomeportError(
            .proofDenied,
            "this system has no network namespace to try from",
            fix: "nmap from another machine tells"
        )
    }
}
#endif
