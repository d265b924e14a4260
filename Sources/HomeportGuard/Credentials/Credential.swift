package import HomeportCore

/// A user who may come in, and the hash of the password: `alice:$2y$05$…`, one line of what `htpasswd -n` prints.
package struct Credential: Sendable {
    let user: String
    let hash: PasswordHash

    /// - Throws: ``HomeportError`` with code `value.malformed`; the text itself is not repeated, since it may be a secret.
    package init(parsing text: String) throws(HomeportError) {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw HomeportError(
                .badValue,
                "a credential is USER:HASH",
                fix: "make one with htpasswd -nB USER; in a shell, put single quotes around it"
            )
        }
        user = String(text[..<colon])
        hash = try PasswordHash(parsing: String(text[text.index(after: colon)...]))
    }
}
