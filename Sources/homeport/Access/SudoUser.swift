import HomeportNet
import HomeportRuntime

/// Who has become root for one command, by sudo.
enum SudoUser {
    /// Nil where nobody has.
    static var uid: UInt32? { UserNames.own == 0 ? StateDirectory.variable("SUDO_UID").flatMap { UInt32($0) } : nil }
}
