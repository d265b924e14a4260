package import HomeportCore
package import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A network of a program's own, in which there is a loopback and nothing else, seen from outside of it: a socket that was made in there
/// stays in there, whoever uses it.
package final class OfflineNetwork: Sendable {
    /// What can be asked for, as the byte that asks.
    enum Kind: UInt8 {
        case ipv4 = 4
        case ipv6 = 6
    }

    /// A socket to who makes them.
    private let maker: Mutex<CInt>
    /// A socket by which the kernel is asked, in there.
    let inquiry: Mutex<CInt>
    /// Seconds that a socket may be waited for: somebody in there may have stopped its maker.
    private static let longest = 2

    /// - Parameters:
    ///   - maker: Owned from here on.
    ///   - kernel: A socket to ask the kernel of in there by; owned, too.
    package init(maker: CInt, kernel: CInt) {
        BlockingConnection.limit(maker, to: Self.longest)
        self.maker = Mutex(maker)
        inquiry = Mutex(kernel)
    }

    /// Says, from inside, that the network is there.
    package static func opened(on maker: CInt) throws(SystemFailure) {
        let kernel = try kernel()
        try DescriptorPassing.send([kernel.number], [0], on: maker)
    }

    deinit {
        _ = Descriptor(owning: maker.withLock { $0 })
        _ = Descriptor(owning: inquiry.withLock { $0 })
    }

    /// Who is at the other end of a connection that was accepted in there, by what the kernel says there.
    package func peer(of channel: any Channel) -> Peer {
        let peer = Peer(of: channel)
        guard let ends = peer.ends else { return peer }
        return Peer(
            local: channel.localAddress,
            remote: channel.remoteAddress,
            owner: PeerOwner(answer(at: ends), at: ends)
        )
    }

    /// A new socket of in there. Waits.
    func made(_ kind: Kind) throws(SystemFailure) -> Descriptor {
        let number = try maker.withLock { maker throws(SystemFailure) -> CInt in
            let sent = withUnsafeBytes(of: kind.rawValue) { send(maker, $0.baseAddress, 1, DescriptorPassing.noSignal) }
            guard sent == 1 else { throw SystemFailure("send", errno) }
            while true {
                let received = try DescriptorPassing.receive(on: maker, upTo: 1)
                guard let number = received.descriptors.first else {
                    throw SystemFailure("socket", received.bytes.first.map { CInt($0) } ?? ECONNRESET)
                }
                if received.bytes == [kind.rawValue] { return number }
                // Of who did not wait for it any longer.
                _ = Descriptor(owning: number)
            }
        }
        return Descriptor(owning: number)
    }

    /// Makes one for who asks, in the network of this process.
    /// - Returns: Whether somebody may still ask.
    package static func make(on maker: CInt) -> Bool {
        var byte: UInt8 = 0
        let count = read(maker, &byte, 1)
        if count < 0, errno == EINTR || errno == EAGAIN { return true }
        guard count == 1, let kind = Kind(rawValue: byte) else { return false }
        do throws(SystemFailure) {
            let socket =
                switch kind {
                case .ipv4: try Descriptor.stream(AF_INET)
                case .ipv6: try Descriptor.stream(AF_INET6)
                }
            try DescriptorPassing.send([socket.number], [byte], on: maker)
        } catch {
            withUnsafeBytes(of: UInt8(truncatingIfNeeded: error.errno)) { try? WholeWrite.bytes($0, to: maker) }
        }
        return true
    }

    /// Leads to a place in there.
    package func dialer(to place: Endpoint.Place) -> any Dialer { Inside(network: self, place: place) }

    private struct Inside: Dialer {
        let network: OfflineNetwork
        let place: Endpoint.Place

        func dial(
            on loop: any EventLoop,
            initialize: @escaping @Sendable (any Channel) throws -> Void
        ) -> EventLoopFuture<any Channel> {
            let (network, place) = (network, place)
            return loop.makeFutureWithTask {
                try await OwnThread.run {
                    try BlockingConnection.open(place, within: OfflineNetwork.longest) { family throws(SystemFailure) in
                        try network.made(family == AF_INET6 ? .ipv6 : .ipv4)
                    }
                    .release()
                }
            }.flatMap { ClientBootstrap.streams(on: loop, .seconds(10), initialize).withConnectedSocket($0) }
        }
    }
}
