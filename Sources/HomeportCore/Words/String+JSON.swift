extension String {
    /// Appends text as a JSON string, with its quotes (RFC 8259, section 7).
    ///
    /// Escaped beyond what JSON demands: whatever a terminal would obey, for logs are looked at there; and `<`, so that the
    /// text stays text if somebody pastes it into a page.
    package mutating func appendJSON(_ value: some StringProtocol) {
        self += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": self += "\\\""
            case "\\": self += "\\\\"
            case "\n": self += "\\n"
            case "\r": self += "\\r"
            case "\t": self += "\\t"
            case _ where scalar == "<" || scalar.isUnseen:
                for unit in String(scalar).utf16 {
                    let code = String(unit, radix: 16)
                    self += "\\u" + String(repeating: "0", count: 4 - code.utf8.count) + code
                }
            default: unicodeScalars.append(scalar)
            }
        }
        self += "\""
    }

    package init(json text: some StringProtocol) {
        self = ""
        appendJSON(text)
    }

    /// An object with these members, all of them strings.
    package init(json members: some Sequence<(name: String, text: String)>) {
        self = "{"
        for (index, member) in members.enumerated() {
            if index > 0 { self += ", " }
            appendJSON(member.name)
            self += ": "
            appendJSON(member.text)
        }
        self += "}"
    }
}
