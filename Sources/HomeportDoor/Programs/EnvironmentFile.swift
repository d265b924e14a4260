package import HomeportCore
import HomeportNet

/// A file with variables, as `.env` files are written: `NAME=value` in each line, `#` for remarks, `export` allowed.
///
/// A value in single quotes is as it stands; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are taken apart; both
/// may go over several lines. Nothing is looked up: `$HOME` is five letters.
package enum EnvironmentFile {
    /// - Throws: ``HomeportError`` with file and line.
    package static func read(_ path: String) throws(HomeportError) -> [TableEntry<String>] {
        guard let bytes = SmallFile.bytes(path, limit: largest + 1) else {
            throw HomeportError(.environmentFile, "there is no such file that can be read", where: path)
        }
        guard bytes.count <= largest else {
            throw HomeportError(.environmentFile, "it has more than \(largest >> 10) KiB", where: path)
        }
        return try parse(String(decoding: bytes, as: UTF8.self), file: path)
    }

    private static let largest = 256 << 10

    static func parse(_ text: String, file: String) throws(HomeportError) -> [TableEntry<String>] {
        var found: [TableEntry<String>] = []
        var scalars = Substring(text.replacing("\r\n", with: "\n")).unicodeScalars
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        var line = 1
        func wrong(_ what: String, _ fix: String? = nil) -> HomeportError {
            HomeportError(.environmentFile, what, where: "\(file):\(line)", fix: fix)
        }
        while !scalars.isEmpty {
            let start = line
            var name = ""
            let head = scalars.prefix { $0 != "\n" && $0 != "=" }
            name = String(String.UnicodeScalarView(head)).trimmed
            if name.isEmpty || name.hasPrefix("#") {
                let isRemark = name.hasPrefix("#") || scalars.dropFirst(head.count).first != "="
                guard isRemark else { throw wrong("a variable has no name", "write NAME=value") }
                skipLine(&scalars, &line)
                continue
            }
            if name.hasPrefix("export ") { name = String(name.dropFirst(7)).trimmed }
            scalars = scalars.dropFirst(head.count)
            guard scalars.first == "=" else { throw wrong("\"\(name)\" has no value", "write \(name)=value") }
            guard ProgramPlan.isVariable(name) else {
                throw wrong("\"\(name)\" is no name of a variable", "use letters, digits and _")
            }
            scalars.removeFirst()
            while let next = scalars.first, next == " " || next == "\t" { scalars.removeFirst() }
            if let quote = scalars.first, quote == "\"" || quote == "'" {
                scalars.removeFirst()
                guard let value = quoted(quote, &scalars, &line) else {
                    line = start
                    throw wrong("the quote is never closed")
                }
                let rest = String(String.UnicodeScalarView(scalars.prefix { $0 != "\n" })).trimmed
                guard rest.isEmpty || rest.hasPrefix("#") else { throw wrong("\"\(rest)\" stands behind the quote") }
                found.append(TableEntry(name: name, value: value))
                skipLine(&scalars, &line)
            } else {
                let raw = String(String.UnicodeScalarView(scalars.prefix { $0 != "\n" }))
                let end = raw.firstRange(of: " #")?.lowerBound ?? raw.endIndex
                found.append(TableEntry(name: name, value: String(raw[..<end]).trimmed))
                skipLine(&scalars, &line)
            }
            if found.last?.value.utf8.contains(0) == true { throw wrong("a variable has no NUL in it") }
        }
        return found
    }

    private static func skipLine(_ scalars: inout Substring.UnicodeScalarView, _ line: inout Int) {
        scalars = scalars.drop { $0 != "\n" }
        guard !scalars.isEmpty else { return }
        scalars.removeFirst()
        line += 1
    }

    private static func quoted(
        _ quote: Unicode.Scalar,
        _ scalars: inout Substring.UnicodeScalarView,
        _ line: inout Int
    ) -> String? {
        var value = String.UnicodeScalarView()
        while let next = scalars.popFirst() {
            if next == quote { return String(value) }
            if next == "\n" { line += 1 }
            guard next == "\\", quote == "\"", let escaped = scalars.popFirst() else {
                value.append(next)
                continue
            }
            switch escaped {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "\"", "\\", "$": value.append(escaped)
            default:
                value.append(next)
                value.append(escaped)
                if escaped == "\n" { line += 1 }
            }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String {
        var view = Substring(self)
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}

extension HomeportError.Code {
    package static let environmentFile = Self("env.file", .words)
}
