import Glibc
package import HomeportCore

package enum ListenPlace: Sendable, Hashable { case loopbacks(Port?); case address(Endpoint.Place) }
package struct ListeningSockets: ~Copyable {
    private var fds: [CInt] = []
    package let port: Port?
    package let places: [Endpoint.Place]
    package let ipv6Missing = false
    package static func open(_ place: ListenPlace, backlog: Int32 = 4096) throws(HomeportError) -> ListeningSockets {
        guard case .loopbacks(let want) = place else { throw HomeportError(.badValue, "stub") }
        let fd = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
            0
        )
        var one: Int32 = 1
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var a = sockaddr_in(); a.sin_family = 2; a.sin_addr.s_addr = UInt32(0x7f000001).bigEndian;
        a.sin_port = (want?.number ?? 0).bigEndian
        let r = withUnsafePointer(to: &a) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, 16) } }
        if r != 0 { throw HomeportError(.badValue, "taken") }
        listen(fd, backlog)
        var n: socklen_t = 16
        _ = withUnsafeMutablePointer(to: &a) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &n) }
        }
        let p = Port(UInt16(bigEndian: a.sin_port))
        return ListeningSockets(fds: [fd], port: p, places: p.map { [.ipv4(IPv4(bits: 0x7f000001), $0)] } ?? [])
    }
    private init(fds: [CInt], port: Port?, places: [Endpoint.Place]) {
        self.fds = fds; self.port = port; self.places = places
    }
    package consuming func release() -> [CInt] { fds }
    package static func restoreBacklog(_ fd: CInt, _ n: Int32) { _ = listen(fd, n) }
}
