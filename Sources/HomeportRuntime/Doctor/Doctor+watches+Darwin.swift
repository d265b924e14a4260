#if os(macOS)
extension Doctor {
    /// FSEvents and kqueue have no such limits.
    static func checkWatches() -> Finding? { nil }
}
#endif
