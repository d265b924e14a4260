package import HomeportCore
import HomeportNet

/// Users and the hashes of their passwords, as `htpasswd` writes them: `ada:$2y$05$…` in each line.
package enum UsersFile {
    private static let largest = 1 << 20

    /// - Throws: ``HomeportError`` with the file and the line; the line itself is not repeated, since it may be a secret.
    package static func read(_ path: String) throws(HomeportError) -> [Credential] {
        guard let bytes = SmallFile.bytes(path, limit: largest + 1), bytes.count <= largest else {
            throw HomeportError(
                .usersFile,
                "there is no file of users that can be read, of 1 MiB at most",
                where: path,
                fix: "make one with htpasswd -cB \(path) USER"
            )
        }
        var found: [Credential] = []
        var names: Set<String> = []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = line.hasSuffix("\r") ? line.dropLast() : line
            if text.isEmpty || text.hasPrefix("#") { continue }
            let place = "\(path):\(index + 1)"
            do throws(HomeportError) {
                let one = try Credential(parsing: String(text))
                guard names.insert(one.user).inserted else {
                    throw HomeportError(.usersFile, "\(one.user.harmless) is there twice", fix: "remove one of them")
                }
                found.append(one)
            } catch {
                throw HomeportError(.usersFile, error.what, where: place, fix: error.fix)
            }
        }
        return found
    }
}

extension HomeportError.Code {
    /// A file of users cannot be read, or has a line that is none.
    package static let usersFile = Self("users.file", .words)
}
