import NIOCore

/// The listening end of a link for UDP: tells clients apart by their address, and gives each a ``Flow``.
final class FlowsHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let open: (_ client: SocketAddress, _ channel: any Channel, _ onEnd: @escaping () -> Void) -> Flow?
    private var flows: [SocketAddress: Flow] = [:]

    init(
        open: @escaping (_ client: SocketAddress, _ channel: any Channel, _ onEnd: @escaping () -> Void) -> Flow?
    ) {
        self.open = open
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let client = envelope.remoteAddress
        if let flow = flows[client] { return flow.take(envelope.data) }
        guard let flow = open(client, context.channel, { [weak self] in self?.flows[client] = nil }) else { return }
        // Without a socket upstream it is over already: the next datagram tries again.
        guard !flow.isOver else { return }
        flows[client] = flow
        flow.take(envelope.data)
    }

    /// A client that has gone is no reason to stop for the others.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
