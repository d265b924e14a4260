import HomeportConditions
import HomeportCore
import HomeportNet
import NIOCore

/// Numbered datagrams through a link for UDP, both ends on one loop and one clock.
final class DatagramProbe: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let loop: any EventLoop
    private var sent: [NIODeadline] = []
    private var times: [Double?] = []

    private init(_ loop: any EventLoop) { self.loop = loop }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        guard let number = unwrapInboundIn(data).data.getInteger(at: 0, as: UInt32.self), number < sent.count else {
            return
        }
        times[Int(number)] = Double((now - sent[Int(number)]).nanoseconds) / 1e6
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    /// Milliseconds that each of so many datagrams took; nil for those that did not come.
    /// - Parameters:
    ///   - gap: Between two of them.
    ///   - patience: For the last ones.
    static func oneWay(
        through words: LinkEdit,
        count: Int,
        gap: TimeAmount,
        patience: TimeAmount,
        groups: ProbeGroups
    ) async throws -> [Double?] {
        let loop = groups.probe.next()
        let bound = try await loop.submit { NIOLoopBound(DatagramProbe(loop), eventLoop: loop) }.get()
        let sockets = try DatagramSockets.open(.loopbacks(nil))
        guard let port = sockets.port else { throw ChannelError.operationUnsupported }
        let target = try await DatagramChannels.serve(sockets, group: groups.probe) { channel in
            try channel.pipeline.syncOperations.addHandler(Receiver(bound.value))
        }
        var plan = LinkPlan(name: "verify", to: .endpoint(Endpoint(.loopback(port), scheme: .udp)))
        plan.edit = words
        let link = try await Link.start(
            plan,
            to: .datagram(.ipv4(IPv4(bits: 0x7F00_0001), port)),
            shared: nil,
            group: groups.link,
            onWarning: { _ in }
        )
        guard let own = link.port else { throw ChannelError.operationUnsupported }
        let near = try await DatagramChannels.connect(to: .ipv4(IPv4(bits: 0x7F00_0001), own), on: loop) { _ in }.get()
        let times = try await loop.flatSubmit {
            let done = loop.makePromise(of: [Double?].self)
            bound.value.send(count, gap, patience, on: near, done)
            return done.futureResult
        }.get()
        try? await near.close()
        await link.stop(within: .zero)
        for channel in target { try? await channel.close() }
        return times
    }

    private func send(
        _ count: Int,
        _ gap: TimeAmount,
        _ patience: TimeAmount,
        on channel: any Channel,
        _ done: EventLoopPromise<[Double?]>
    ) {
        guard let address = channel.remoteAddress else { return done.fail(ChannelError.operationUnsupported) }
        let began = NIODeadline.now()
        times = Array(repeating: nil, count: count)
        let end = began + .nanoseconds(gap.nanoseconds * Int64(count)) + patience
        func tick() {
            let now = NIODeadline.now()
            while sent.count < count, began + .nanoseconds(gap.nanoseconds * Int64(sent.count)) <= now {
                var bytes = ByteBuffer()
                bytes.writeInteger(UInt32(sent.count))
                sent.append(.now())
                channel.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: bytes), promise: nil)
            }
            if now >= end || times.allSatisfy({ $0 != nil }) && sent.count == count { return done.succeed(times) }
            let next = NIOLoopBound(tick, eventLoop: loop)
            // Not at once: what is due at once keeps a loop from looking at its sockets.
            loop.scheduleTask(in: .microseconds(20)) { next.value() }
        }
        tick()
    }

    /// One probe hears on both loopbacks.
    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>

        private let probe: DatagramProbe

        init(_ probe: DatagramProbe) { self.probe = probe }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            probe.channelRead(context: context, data: data)
        }
    }
}
