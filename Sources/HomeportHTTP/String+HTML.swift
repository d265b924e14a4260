extension String {
    /// Appends text escaped for element content and for quoted attributes alike, so that nobody has to know which one it
    /// is.
    package mutating func appendHTML(_ text: some StringProtocol) {
        for scalar in text.unicodeScalars { appendHTML(scalar) }
    }

    package mutating func appendHTML(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "&": self += "&amp;"
        case "<": self += "&lt;"
        case ">": self += "&gt;"
        case "\"": self += "&quot;"
        case "'": self += "&#39;"
        default: unicodeScalars.append(scalar)
        }
    }

    /// The text escaped.
    package var html: String {
        var page = ""
        page.appendHTML(self)
        return page
    }
}
