#if os(Linux)
extension Browser { static let opener = "xdg-open" }
#endif
