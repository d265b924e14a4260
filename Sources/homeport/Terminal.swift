import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where words go, and what it can show: colour, marks beyond ASCII, how many columns.
struct Terminal: Sendable {
    static let input = Terminal(0)

    /// Whether this process may hand the terminal on: it has one for both ways, and is in its foreground.
    static var isOurs: Bool { input.isInteractive && output.isInteractive && tcgetpgrp(0) == getpgrp() }
    static let output = Terminal(1)
    static let errors = Terminal(2)

    enum Style: String, Sendable {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case magenta = "35"
        case cyan = "36"
    }

    /// Whether a person looks at it.
    let isInteractive: Bool
    let hasColour: Bool
    let isUTF8: Bool
    /// Nil where lines may be of any length: a file, a pipe.
    let columns: Int?
    private let descriptor: CInt

    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        isInteractive = isatty(descriptor) == 1
        // https://no-color.org: present and not empty, whatever it says.
        hasColour = isInteractive && Self.environment("NO_COLOR") == nil && Self.environment("TERM") != "dumb"
        let locale = Self.environment("LC_ALL") ?? Self.environment("LC_CTYPE") ?? Self.environment("LANG") ?? ""
        isUTF8 = locale.lowercased().hasSuffix("utf-8") || locale.lowercased().hasSuffix("utf8")
        columns = isInteractive ? Self.width(descriptor) : nil
    }

    func styled(_ text: String, _ style: Style) -> String {
        hasColour && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A reader that has gone is no error: think of `homeport ports | head`.
    func write(_ text: String) {
        write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            do throws(SystemFailure) { try WholeWrite.bytes(bytes, to: descriptor) } catch {
                guard descriptor == 1, error.errno != EPIPE else { return }
                Self.errors.write("homeport: the output cannot be written: \(SystemFailure.text(error.errno))\n")
                exit(HomeportError.Blame.world.rawValue)
            }
        }
    }

    /// What a person should know, and nothing fails for.
    func warn(_ text: String) { write(styled("homeport: \(text)", .yellow) + "\n") }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func width(_ descriptor: CInt) -> Int? {
        if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
