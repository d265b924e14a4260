import HomeportNet

/// How many files may be kept open between requests: a small part of what the process may have, since connections need
/// the rest.
enum Descriptors {
    static var spare: Int { min(256, ConnectionLimit.descriptors / 16) }
}
