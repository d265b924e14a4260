package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whether somebody answers at places, from where this thread is: many tried at once, each once.
package enum ContactTrial {
    package struct Target: Sendable {
        var transport: SocketRecord.Transport
        var name: SocketName

        package init(_ transport: SocketRecord.Transport, _ name: SocketName) {
            (self.transport, self.name) = (transport, name)
        }
    }

    package enum Outcome: Sendable {
        case answered, refused, silent
        /// No way leads there from here, or there is no socket left to try with.
        case untried
    }

    /// Longer than a neighbour's answer ever takes, and than the kernel's second try.
    private static let patience = Duration.milliseconds(1300)
    private static let mostAtOnce = 512

    /// To UDP goes a datagram without anything in it.
    /// - Parameter source: The address to come from, of those that are IPv4.
    /// - Returns: One for each.
    package static func run(_ targets: [Target], from source: IPv4?) -> [Outcome] {
        stride(from: 0, to: targets.count, by: mostAtOnce).flatMap { start in
            attempt(Array(targets[start..<min(start + mostAtOnce, targets.count)]), source)
        }
    }

    private static func socket(for target: Target) -> CInt? {
        let family = target.name.family
        return try? (target.transport == .tcp ? Descriptor.stream(family) : Descriptor.datagram(family)).release()
    }

    private static func attempt(_ targets: [Target], _ source: IPv4?) -> [Outcome] {
        var outcomes = [Outcome](repeating: .untried, count: targets.count)
        var waiting: [(index: Int, socket: CInt)] = []
        defer { for one in waiting { close(one.socket) } }
        for (index, target) in targets.enumerated() {
            guard let number = socket(for: target) else { continue }
            if case .v4 = target.name.address, let source,
                SocketName(.v4(source), 0).withSockaddr({ bind(number, $0, $1) }) != 0
            {
                close(number)
                continue
            }
            let isConnected = target.name.withSockaddr { connect(number, $0, $1) } == 0
            if isConnected || errno == EINPROGRESS {
                if target.transport == .udp { send(number, nil, 0, 0) }
                outcomes[index] = .silent
                waiting.append((index, number))
            } else {
                if errno == ECONNREFUSED { outcomes[index] = .refused }
                close(number)
            }
        }
        let end = ContinuousClock.now + patience
        while !waiting.isEmpty, ContinuousClock.now < end {
            var polled = waiting.map { one in
                pollfd(
                    fd: one.socket,
                    events: Int16(targets[one.index].transport == .tcp ? POLLOUT : POLLIN),
                    revents: 0
                )
            }
            let left = Int32((end - ContinuousClock.now) / .milliseconds(1))
            guard poll(&polled, nfds_t(polled.count), max(1, left)) > 0 else { break }
            let states = polled.map(\.revents)
            for (one, state) in zip(waiting, states) where state != 0 {
                var (failure, length) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
                getsockopt(one.socket, SOL_SOCKET, SO_ERROR, &failure, &length)
                outcomes[one.index] = failure == 0 ? .answered : failure == ECONNREFUSED ? .refused : .silent
                close(one.socket)
            }
            waiting = zip(waiting, states).filter { $0.1 == 0 }.map(\.0)
        }
        return outcomes
    }
}
