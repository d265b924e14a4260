#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
package import HomeportCore

/// The kernel's list of sockets, asked afresh each time: nothing here is cached, because a port changes hands in a
/// moment.
package enum ListenerTable {
    /// Who waits for strangers: TCP listeners, and with `udp` the unconnected UDP sockets.
    package static func listeners(udp: Bool = false) throws(HomeportError) -> [SocketRecord] {
        var found = try ask(.tcp, .listening)
        if udp { found += try ask(.udp, .unconnected) }
        return found
    }

    /// TCP listeners of the network that a socket to the kernel was made in.
    static func listeners(through kernel: CInt) throws(HomeportError) -> [SocketRecord] {
        try told { () throws(SystemFailure) in try ask(kernel, .tcp, .listening, port: nil) }
    }

    /// Every socket whose own port this is, in whatever state.
    package static func sockets(on port: Port, udp: Bool = false) throws(HomeportError) -> [SocketRecord] {
        var found = try ask(.tcp, .all, port: port.number)
        if udp { found += try ask(.udp, .all, port: port.number) }
        return found
    }

    /// `NETLINK_SOCK_DIAG`, a macro of `linux/netlink.h`, which Glibc's module leaves out.
    private static let netlinkSocketDiag: CInt = 4

    static func kernel() throws(SystemFailure) -> Descriptor {
        let number = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), netlinkSocketDiag)
        guard number >= 0 else { throw SystemFailure("socket", errno) }
        return Descriptor(owning: number)
    }

    private static func ask(
        _ transport: SocketRecord.Transport,
        _ states: SocketDiag.States,
        port: UInt16? = nil
    ) throws(HomeportError) -> [SocketRecord] {
        try told { () throws(SystemFailure) in
            let kernel = try kernel()
            return try ask(kernel.number, transport, states, port: port)
        }
    }

    private static func ask(
        _ kernel: CInt,
        _ transport: SocketRecord.Transport,
        _ states: SocketDiag.States,
        port: UInt16?
    ) throws(SystemFailure) -> [SocketRecord] {
        var found: [SocketRecord] = []
        for (index, family) in [AF_INET, AF_INET6].enumerated() {
            let sequence = UInt32(index + 1)
            let question = SocketDiag.request(
                family: UInt8(family),
                transport: transport,
                states: states,
                port: port,
                sequence: sequence
            )
            guard send(kernel, question, question.count, 0) == question.count else {
                throw SystemFailure("send", errno)
            }
            do {
                try collect(from: kernel, transport, sequence, into: &found)
            } catch {
                // No IPv6, no UDP: a kernel without the family or the protocol has none of its sockets either.
                guard error.errno == ENOENT || error.errno == EAFNOSUPPORT else { throw error }
            }
        }
        return found.filter { $0.local.port != 0 && (port == nil || port == $0.local.port) }
    }

    private static func told(
        _ ask: () throws(SystemFailure) -> [SocketRecord]
    ) throws(HomeportError) -> [SocketRecord] {
        do throws(SystemFailure) { return try ask() } catch {
            throw HomeportError(
                .socketsUnlisted,
                "the kernel does not list its sockets: \(SystemFailure.text(error.errno))",
                where: "NETLINK_SOCK_DIAG",
                fix: "a sandbox such as gVisor or a seccomp profile may forbid it; run homeport outside",
                errno: error.errno
            )
        }
    }

    private static func collect(
        from kernel: CInt,
        _ transport: SocketRecord.Transport,
        _ sequence: UInt32,
        into found: inout [SocketRecord]
    ) throws(SystemFailure) {
        // The kernel fills what it is offered, up to 32 KiB a datagram.
        var room = [UInt8](repeating: 0, count: 64 << 10)
        var failure: CInt?
        var done = false
        while !done {
            let count = recv(kernel, &room, room.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure("recv", count == 0 ? EPIPE : errno) }
            room.withUnsafeBytes {
                let datagram = UnsafeRawBufferPointer(rebasing: $0[..<min(count, $0.count)])
                let whole = SocketDiagMessage.read(datagram, transport: transport, sequence: sequence) {
                    switch $0 {
                    case .socket(let record): found.append(record)
                    case .done: done = true
                    case .failed(let errno):
                        failure = errno
                        done = true
                    case .other: break
                    }
                }
                if !whole { done = true }
            }
        }
        if let failure, failure != 0 { throw SystemFailure("sock_diag", failure) }
    }
}
#endif
