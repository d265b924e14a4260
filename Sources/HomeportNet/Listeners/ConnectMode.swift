/// What becomes of those who connect to a listener.
package enum ConnectMode: String, Sendable, Codable {
    case accept
    /// They are refused, as if nobody listened; the port stays taken.
    case refuse
    /// Their connecting hangs until they give up: nobody answers.
    case unreachable
}
