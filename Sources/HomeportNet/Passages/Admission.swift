/// What access says of a connection, by whose it is.
package enum Admission: Sendable, Hashable {
    /// Nobody is asked for anything.
    case open
    /// With who it is.
    case admitted(String)
    /// With the reason.
    case refused(String)
}
