extension StringProtocol {
    /// The text with everything that a terminal would obey instead of show written out: `\u{1b}[2J`.
    ///
    /// For whatever comes from outside and is shown to a person: a request's target, a name in somebody's plan. Line
    /// breaks count, too: one entry stays one line.
    package var harmless: String {
        guard unicodeScalars.contains(where: \.isUnseen) else { return String(self) }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isUnseen {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Controls, what turns the direction of writing, and what has no meaning that everybody knows.
    package var isUnseen: Bool {
        if value < 0x7F { return value < 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
