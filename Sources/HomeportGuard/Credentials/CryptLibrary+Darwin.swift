#if os(macOS)
import HomeportCore

/// macOS's crypt knows only DES.
enum CryptLibrary {
    static func check() throws(HomeportError) {
        throw HomeportError(
            HomeportError.Code("crypt.missing", .world),
            "this system's libcrypt does not know this kind of hash",
            fix: "use htpasswd without -B"
        )
    }

    static func hash(_ password: [UInt8], like setting: String) -> String? { nil }
}
#endif
