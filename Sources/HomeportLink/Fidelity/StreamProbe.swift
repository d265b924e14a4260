import HomeportConditions
import HomeportCore
import HomeportNet
package import NIOCore

/// Both ends of connections through a link, on one loop and so on one clock. While it measures, its loop never sleeps: a
/// processor that has slept takes as long to wake as what is to be measured.
final class StreamProbe {
    private final class Near: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var onRead: ((Int, NIODeadline) -> Void)?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            onRead?(unwrapInboundIn(data).readableBytes, .now())
        }
    }

    private final class Far: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var onWritable: (() -> Void)?

        func channelWritabilityChanged(context: ChannelHandlerContext) {
            if context.channel.isWritable { onWritable?() }
        }
    }

    private let loop: any EventLoop
    private var near: [(channel: any Channel, handler: Near)] = []
    private var far: [(channel: any Channel, handler: Far)] = []

    private init(_ loop: any EventLoop) { self.loop = loop }

    /// Milliseconds from the far end to the near one, of each of many bytes.
    /// - Parameter pause: Between two bytes of one connection.
    static func oneWay(
        through words: LinkEdit,
        connections: Int,
        for time: TimeAmount,
        pause: TimeAmount,
        groups: ProbeGroups
    ) async throws -> [Double] {
        try await with(words, connections, groups) { probe in
            let done = probe.loop.makePromise(of: [Double].self)
            probe.ping(for: time, pause: pause, done)
            return done.futureResult
        }
    }

    /// What came when: moments in nanoseconds from the first byte asked for, and bytes.
    static func bulk(
        through words: LinkEdit,
        for time: TimeAmount,
        groups: ProbeGroups
    ) async throws -> [(at: Int64, bytes: Int)] {
        try await with(words, 1, groups) { probe in
            let done = probe.loop.makePromise(of: [(at: Int64, bytes: Int)].self)
            probe.flood(for: time, done)
            return done.futureResult
        }
    }

    private static func with<Result: Sendable>(
        _ words: LinkEdit,
        _ connections: Int,
        _ groups: ProbeGroups,
        _ body: @escaping @Sendable (StreamProbe) -> EventLoopFuture<Result>
    ) async throws -> Result {
        let loop = groups.probe.next()
        let bound = try await loop.submit { NIOLoopBound(StreamProbe(loop), eventLoop: loop) }.get()
        let target = try await Listener.start(
            ListeningSockets.open(.loopbacks(nil)),
            group: groups.probe,
            connect: { channel in
                let handler = Far()
                try channel.pipeline.syncOperations.addHandler(handler)
                bound.value.far.append((channel, handler))
            },
            onRefusal: { _ in }
        )
        guard let port = target.port else { throw ChannelError.operationUnsupported }
        var plan = LinkPlan(name: "verify", to: .endpoint(Endpoint(.loopback(port))))
        plan.edit = words
        let dialer = AddressDialer(.ipv4(IPv4(bits: 0x7F00_0001), port))
        let link = try await Link.start(
            plan,
            to: .stream(dialer, text: "the probe"),
            shared: nil,
            group: groups.link,
            onWarning: { _ in }
        )
        guard let own = link.port else { throw ChannelError.operationUnsupported }
        let result: Swift.Result<Result, any Error>
        do {
            for number in 1...connections {
                _ = try await AddressDialer(.ipv4(IPv4(bits: 0x7F00_0001), own)).dial(on: loop) { channel in
                    let handler = Near()
                    try channel.pipeline.syncOperations.addHandler(handler)
                    bound.value.near.append((channel, handler))
                }.get()
                // One after the other, so that both ends of a connection have one number.
                while try await loop.submit({ bound.value.far.count < number }).get() {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            result = .success(try await loop.flatSubmit { body(bound.value) }.get())
        } catch { result = .failure(error) }
        try? await loop.submit { for end in bound.value.near { end.channel.close(promise: nil) } }.get()
        await link.stop(within: .zero)
        await target.stop(within: .zero)
        return try result.get()
    }

    private func ping(for time: TimeAmount, pause: TimeAmount, _ done: EventLoopPromise<[Double]>) {
        let began = NIODeadline.now()
        let end = began + time
        var times: [Double] = []
        var sent = [NIODeadline?](repeating: nil, count: near.count)
        var due = near.indices.map { began + .nanoseconds(pause.nanoseconds * Int64($0) / Int64(near.count)) }
        for index in near.indices {
            near[index].handler.onRead = { _, now in
                guard let start = sent[index] else { return }
                times.append(Double((now - start).nanoseconds) / 1e6)
                sent[index] = nil
                due[index] = now + pause
            }
        }
        keepBusy(until: { $0 >= end }) { [self] now in
            for index in far.indices where sent[index] == nil && due[index] <= now {
                sent[index] = .now()
                far[index].channel.writeAndFlush(ByteBuffer(bytes: [1]), promise: nil)
            }
        } then: { [self] in
            for end in near { end.handler.onRead = nil }
            done.succeed(times)
        }
    }

    private func flood(for time: TimeAmount, _ done: EventLoopPromise<[(at: Int64, bytes: Int)]>) {
        let began = NIODeadline.now()
        var seen: [(at: Int64, bytes: Int)] = []
        let block = ByteBuffer(repeating: 0, count: 64 << 10)
        let source = far[0]
        func fill() {
            while source.channel.isActive, source.channel.isWritable {
                source.channel.writeAndFlush(block, promise: nil)
            }
        }
        source.handler.onWritable = fill
        near[0].handler.onRead = { count, now in seen.append(((now - began).nanoseconds, count)) }
        fill()
        keepBusy(until: { $0 >= began + time }) { _ in
        } then: { [self] in
            near[0].handler.onRead = nil
            source.handler.onWritable = nil
            done.succeed(seen)
        }
    }

    private func keepBusy(
        until isOver: @escaping (NIODeadline) -> Bool,
        _ work: @escaping (NIODeadline) -> Void,
        then end: @escaping () -> Void
    ) {
        let now = NIODeadline.now()
        if isOver(now) { return end() }
        work(now)
        let bound = NIOLoopBound((self, isOver, work, end), eventLoop: loop)
        // Not at once: what is due at once keeps a loop from looking at its sockets.
        loop.scheduleTask(in: .microseconds(20)) {
            bound.value.0.keepBusy(until: bound.value.1, bound.value.2, then: bound.value.3)
        }
    }
}

/// Event loops for what is measured, and for what measures.
package struct ProbeGroups: Sendable {
    let link: any EventLoopGroup
    let probe: any EventLoopGroup

    /// Two groups of one loop each.
    package init(link: any EventLoopGroup, probe: any EventLoopGroup) {
        self.link = link
        self.probe = probe
    }
}
