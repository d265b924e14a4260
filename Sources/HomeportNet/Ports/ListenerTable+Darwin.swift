#if os(macOS)
package import HomeportCore

package enum ListenerTable {
    package static func listeners(udp: Bool = false) throws(HomeportError) -> [SocketRecord] { throw unlisted }

    package static func sockets(on port: Port, udp: Bool = false) throws(HomeportError) -> [SocketRecord] {
        throw unlisted
    }

    private static var unlisted: HomeportError {
        HomeportError(
            .socketsUnlisted,
            "homeport cannot list sockets on this system yet",
            fix: "lsof -nP -iTCP -sTCP:LISTEN shows them"
        )
    }
}

enum SocketInquiry {
    /// This system does not tell.
    static func sockets(at ends: [SocketEnds]) -> [SocketAnswer] { ends.map { _ in .untold } }

    static let isPossible = false
}
#endif
