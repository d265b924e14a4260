package import HomeportCore
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension StateDirectory {
    /// The secret that lets a caller use the control API by TCP: 256 random bits in hexadecimal, made on first use.
    /// - Throws: ``HomeportError`` with code `state.unusable` if it cannot be made, is damaged, or is open to others.
    package func token() throws(HomeportError) -> String {
        let file = "\(path)/token"
        if let token = try Self.readToken(file) { return token }
        let token = (0..<4).map { _ in Self.hex(UInt64.random(in: .min ... .max)) }.joined()
        // Written whole under another name, then linked: two processes that start at once agree on one.
        let draft = "\(file).\(getpid())-\(Self.hex(UInt64.random(in: .min ... .max)))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unusable(file, "the token cannot be written", errno) }
        defer { unlink(draft) }
        do throws(SystemFailure) {
            defer { close(descriptor) }
            try Self.write(token, to: descriptor)
        } catch { throw Self.unusable(file, "the token cannot be written", error.errno) }
        if link(draft, file) == 0 { return token }
        let why = errno
        guard let other = try Self.readToken(file) else {
            throw Self.unusable(file, "the token cannot be written", why)
        }
        return other
    }

    /// - Returns: nil where there is none.
    static func readToken(_ file: String) throws(HomeportError) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw unusable(file, "the token cannot be read", errno)
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & 0o077 == 0, facts.st_uid == geteuid() else {
            throw unusable(file, "the token is open to others, and no secret any more", nil)
        }
        var bytes = [UInt8](repeating: 0, count: 65)
        guard read(descriptor, &bytes, 65) == 64, bytes[..<64].allSatisfy(isHex) else {
            throw unusable(file, "the token is damaged", nil)
        }
        return String(decoding: bytes[..<64], as: UTF8.self)
    }

    private static func write(_ text: String, to descriptor: CInt) throws(SystemFailure) {
        let written = Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(SystemFailure) in try WholeWrite.bytes(bytes, to: descriptor) }
        }
        try written.get()
    }

    private static func isHex(_ byte: UInt8) -> Bool { byte &- 48 < 10 || byte &- 97 < 6 }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func unusable(_ file: String, _ what: String, _ number: CInt?) -> HomeportError {
        HomeportError(
            .stateUnusable,
            what + (number.map { ": \(SystemFailure.text($0))" } ?? ""),
            where: file,
            fix: "remove the file; a new one is made",
            errno: number
        )
    }
}
