package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StateDirectory {
    /// The secret that lets a caller use the control API by TCP: 256 random bits in hexadecimal, made on first use.
    package func token() throws(HomeportError) -> String {
        let file = "\(path)/token"
        if let token = Self.readToken(file) { return token }
        let token = (0..<4).map { _ in Self.hex(UInt64.random(in: .min ... .max)) }.joined()
        // Written whole under another name, then linked: two processes that start at once agree on one.
        let draft = "\(file).\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotWrite(file) }
        let written = write(descriptor, token, token.utf8.count)
        close(descriptor)
        defer { unlink(draft) }
        guard written == token.utf8.count else { throw cannotWrite(file) }
        if link(draft, file) == 0 { return token }
        guard let other = Self.readToken(file) else { throw cannotWrite(file) }
        return other
    }

    private static func readToken(_ file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        guard read(descriptor, &bytes, 64) == 64 else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.allSatisfy(\.isHexDigit) ? text : nil
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func cannotWrite(_ file: String) -> HomeportError {
        HomeportError(
            .stateUnusable,
            "the token cannot be written, or is damaged",
            where: file,
            fix: "remove the file; a new one is made",
            errno: errno
        )
    }
}
