/// What went wrong, as facts: the words a person reads are made from them in one place, at the very end.
///
///     let taken = HomeportError.Code("port.taken", .world)
///     throw HomeportError(taken, "port 62893 is taken", where: "127.0.0.1:62893", fix: "stop pid 812 (caddy)")
///
/// Printed, it says what happened, where, and what to do, in that order:
///
///     port 62893 is taken
///       at   127.0.0.1:62893
///       fix  stop pid 812 (caddy)
public struct HomeportError: Error, Sendable, Hashable {
    /// Who has to act, which decides the exit code of a command.
    public enum Blame: Int32, Sendable, Hashable {
        /// A check or an assertion did not hold.
        case check = 1
        /// The words were wrong: a plan, a flag, an address.
        case words = 2
        /// The world was: a port is taken, a permission is missing, a folder is gone.
        case world = 3
    }

    /// A stable name for the kind of error, such as `plan.key.unknown`. Open: each module adds its own.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Dotted words: the area, then what is wrong in it.
        public let name: String
        /// Who has to act.
        public let blame: Blame

        public init(_ name: String, _ blame: Blame) {
            self.name = name
            self.blame = blame
        }

        public var description: String { name }
    }

    /// What went wrong, for programs.
    public var code: Code
    /// What happened, as one sentence without a full stop.
    public var what: String
    /// Which file and line, key, port, link or path; nil where `what` says it all.
    public var subject: String?
    /// What to do about it; nil where nothing sensible can be said.
    public var fix: String?
    /// The `errno` of the system call that failed, if one did.
    public var errno: Int32?

    public init(_ code: Code, _ what: String, where subject: String? = nil, fix: String? = nil, errno: Int32? = nil) {
        self.code = code
        self.what = what
        self.subject = subject
        self.fix = fix
        self.errno = errno
    }
}

extension HomeportError.Code {
    /// Text that is no value of the type that was asked for.
    public static let badValue = Self("value.malformed", .words)
    /// A file that is not there, or cannot be read.
    public static let unreadable = Self("file.unreadable", .world)
}

extension HomeportError: CustomStringConvertible {
    /// At most three lines for a terminal: what came from outside is quoted in part, and never obeyed.
    public var description: String {
        var lines = [Self.line(what)]
        if let subject { lines.append("  at   " + Self.line(subject)) }
        if let fix { lines.append("  fix  " + Self.line(fix)) }
        return lines.joined(separator: "\n")
    }

    /// The end stays: that is where it says why.
    private static func line(_ text: String) -> String {
        let longest = 800
        guard text.utf8.count > longest else { return text.harmless }
        return text.prefix(longest / 4).harmless + " … " + text.suffix(longest / 4).harmless
    }
}
