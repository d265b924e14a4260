#if os(macOS)
extension FirewallRules {
    /// Whether pf is this system's firewall.
    package static let speaksPF = true
}
#endif
