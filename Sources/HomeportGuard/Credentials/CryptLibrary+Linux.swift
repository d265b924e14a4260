#if os(Linux)
import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The system's libcrypt, found when it is first needed: its file is called differently on different distributions, and a
/// program that was linked to one name does not start where there is only the other.
enum CryptLibrary {
    private typealias CryptR =
        @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer) ->
        UnsafeMutablePointer<CChar>?

    private static let cryptR: CryptR? = {
        for name in ["libcrypt.so.1", "libcrypt.so.2", "libcrypt.so"] {
            if let library = dlopen(name, RTLD_NOW), let symbol = dlsym(library, "crypt_r") {
                return unsafeBitCast(symbol, to: CryptR.self)
            }
        }
        return nil
    }()

    static func check() throws(HomeportError) {
        guard cryptR != nil else {
            throw HomeportError(
                HomeportError.Code("crypt.missing", .world),
                "the system's libcrypt, which knows this kind of hash, is not installed",
                fix: "install libcrypt (Debian: libcrypt1; Fedora: libxcrypt), or use htpasswd without -B"
            )
        }
    }

    /// - Returns: nil where libcrypt does not know the kind of hash, or the password holds a NUL.
    static func hash(_ password: [UInt8], like setting: String) -> String? {
        guard let cryptR, !password.contains(0) else { return nil }
        // The largest `struct crypt_data` of any libcrypt, zeroed as crypt_r wants it.
        let size = 160 << 10
        let data = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        data.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer { data.deallocate() }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        guard let made = cryptR(phrase, setting, data) else { return nil }
        let text = String(cString: made)
        // libcrypt says "*0" for what it does not know.
        return text.hasPrefix("*") ? nil : text
    }
}
#endif
