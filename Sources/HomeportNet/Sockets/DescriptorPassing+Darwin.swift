#if os(macOS)
extension DescriptorPassing {
    /// SIGPIPE is ignored by this process.
    static let noSignal: CInt = 0
    /// Set afterwards.
    static let closeOnExec: CInt = 0
}
#endif
