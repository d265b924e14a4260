import Crypto
package import HomeportCore
import HomeportNet
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The tokens of this user, by name: what is shown as `Authorization: Bearer hp_…`. Of each, only its SHA-256 is kept.
///
/// In `tokens.json` of the state directory, readable by nobody else. Commands write it, projects that run notice within a second.
package final class AccessTokens: Sendable {
    package struct Entry: Codable, Sendable, Equatable {
        package var name: String
        var sha256: String
        /// Seconds since 1970.
        package var created: Int64
    }

    private struct File: Codable {
        var tokens: [Entry] = []
    }

    private struct State {
        var entries: [Entry] = []
        var looked: ContinuousClock.Instant?
        var trouble: String?
    }

    private let path: String
    private let onTrouble: @Sendable (String) -> Void
    private let state = Mutex(State())

    static let start = "hp_"
    private static let most = 1000
    private static let recently = Duration.seconds(1)

    /// - Parameter folder: The state directory.
    /// - Parameter onTrouble: Told once why nobody is let in by them, where they cannot be read.
    package init(in folder: String, onTrouble: @escaping @Sendable (String) -> Void = { _ in }) {
        path = "\(folder)/tokens.json"
        self.onTrouble = onTrouble
    }

    // MARK: Looking

    /// The name of the token; nil where it is none of them, or they cannot be read.
    package func name(of token: String) -> String? {
        guard token.hasPrefix(Self.start) else { return nil }
        let digest = Self.digest(token)
        return state.withLock { state in
            refresh(&state)
            // All of them, whichever it is; and what is compared is a hash, of which nobody can choose a part.
            return state.entries.reduce(nil as String?) { $1.sha256 == digest ? $1.name : $0 }
        }
    }

    private func refresh(_ state: inout State) {
        let now = ContinuousClock.now
        if let looked = state.looked, now - looked < Self.recently { return }
        state.looked = now
        // Closed, not open, where they cannot be read, or others could have written them.
        do throws(HomeportError) { (state.entries, state.trouble) = (try Self.read(path), nil) } catch {
            let text = "\(error)"
            if state.trouble != text { onTrouble("no token lets anybody in: \(text)") }
            (state.entries, state.trouble) = ([], text)
        }
    }

    /// - Throws: ``HomeportError`` where they cannot be read, or others can.
    package func all() throws(HomeportError) -> [Entry] { try Self.read(path) }

    // MARK: Changing

    /// - Returns: The token, which nobody can be told again.
    /// - Throws: ``HomeportError`` where there is one of that name, or they cannot be written.
    package func make(_ name: String) throws(HomeportError) -> String {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ Self.isNameByte($0) }) else {
            throw HomeportError(
                .badValue,
                "\"\(name.harmless)\" is no name of a token",
                fix: "use letters, digits, dots, dashes and underscores: 64 at most"
            )
        }
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        let secret = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        let token = Self.start + secret.replacing("=", with: "")
        try change { (entries) throws(HomeportError) in
            guard !entries.contains(where: { $0.name == name }) else {
                throw HomeportError(
                    .badValue,
                    "there is a token \(name) already",
                    fix: "homeport access token revoke \(name), or choose another name"
                )
            }
            guard entries.count < Self.most else {
                throw HomeportError(.badValue, "there are \(Self.most) tokens already", fix: "revoke some")
            }
            let created = Int64(Date().timeIntervalSince1970)
            entries.append(Entry(name: name, sha256: Self.digest(token), created: created))
        }
        return token
    }

    /// - Throws: ``HomeportError`` where there is none of that name.
    package func revoke(_ name: String) throws(HomeportError) {
        try change { (entries) throws(HomeportError) in
            guard let index = entries.firstIndex(where: { $0.name == name }) else {
                let near = Spelling.nearest(to: name, among: entries.map(\.name)).map { "did you mean \($0)?" }
                throw HomeportError(
                    .badValue,
                    "there is no token \(name.harmless)",
                    fix: near ?? "homeport access token list shows them"
                )
            }
            entries.remove(at: index)
        }
    }

    private func change(_ body: (inout [Entry]) throws(HomeportError) -> Void) throws(HomeportError) {
        let lock: FileLock
        do { lock = try FileLock(path + ".lock") } catch {
            throw HomeportError(.tokensUnusable, "the tokens cannot be changed: \(error)", where: path)
        }
        defer { withExtendedLifetime(lock) {} }
        var file = File(tokens: try Self.read(path))
        try body(&file.tokens)
        let coder = JSONEncoder()
        coder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? coder.encode(file) else {
            throw HomeportError(.tokensUnusable, "the tokens cannot be written", where: path)
        }
        do throws(SystemFailure) { try PrivateFile.replace(path, String(decoding: data, as: UTF8.self) + "\n") } catch {
            throw HomeportError(
                .tokensUnusable,
                "the tokens cannot be written: \(SystemFailure.text(error.errno))",
                where: path,
                errno: error.errno
            )
        }
        state.withLock { $0.looked = nil }
    }

    private static func read(_ path: String) throws(HomeportError) -> [Entry] {
        guard let bytes = try PrivateFile.bytes(path, limit: 1 << 20) else { return [] }
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)) else {
            throw HomeportError(
                .tokensUnusable,
                "the file of tokens is damaged",
                where: path,
                fix: "remove it, and make them anew with homeport access token new"
            )
        }
        return file.tokens
    }

    private static func digest(_ token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || [45, 46, 95].contains(byte)
    }
}

extension HomeportError.Code {
    /// The file of tokens cannot be read or written, or others can.
    package static let tokensUnusable = Self("tokens.unusable", .world)
}
