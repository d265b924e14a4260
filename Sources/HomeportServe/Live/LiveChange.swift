/// What a change asks of a page.
enum LiveChange: String, Sendable {
    /// Only style sheets changed: they can be swapped while the page stays as it is.
    case styles
    case page

    /// - Parameter name: Of the file that changed; nil is returned for one that no page can show: hidden files are not
    ///   served, and editors keep their copies in them or in names that end with a tilde.
    init?(of name: [UInt8]) {
        guard let first = name.first, first != UInt8(ascii: "."), name.last != UInt8(ascii: "~") else { return nil }
        let end = name.suffix(4).map { $0 | 0x20 }
        self = end == [0x2E, 0x63, 0x73, 0x73] ? .styles : .page
    }

    /// Both together.
    func and(_ other: LiveChange) -> LiveChange { self == .styles ? other : .page }

    /// Folders that are not looked into. What is hidden is not served; and packages that were installed do not change
    /// while one works, but are so many that watching them takes what other programs may watch, too.
    static func isPassedOver(_ folder: [UInt8]) -> Bool {
        folder.first == UInt8(ascii: ".") || folder == Array("node_modules".utf8)
    }
}
