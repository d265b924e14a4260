#if os(macOS)
extension Browser { static let opener = "open" }
#endif
