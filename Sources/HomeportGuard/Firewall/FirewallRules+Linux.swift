#if os(Linux)
extension FirewallRules {
    /// Whether pf is this system's firewall.
    package static let speaksPF = false
}
#endif
