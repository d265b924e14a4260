import HomeportCore
import HomeportRuntime

/// The desktop's own way to open an address.
enum Browser {
    /// - Throws: ``HomeportError`` where there is no such way, as on a server; the address is in it.
    static func open(_ address: String) throws(HomeportError) {
        guard Command.run(opener, [address]) else {
            throw HomeportError(
                HomeportError.Code("browser.missing", .world),
                "no browser can be opened from here (\(opener) is missing or failed)",
                fix: "open \(address) yourself"
            )
        }
    }
}
