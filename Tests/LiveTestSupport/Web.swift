package import NIOCore
import NIOPosix

/// Asks a server one thing, byte for byte, and reads until it closes.
package enum Web {
    package enum Place: Sendable {
        case ipv4(UInt16)
        case ipv6(UInt16)
        case unix(String)
    }

    package struct Answer: Sendable {
        package var status: Int
        package var fields: [(name: String, value: String)]
        package var body: String

        package func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// `try await Web.get("/a", host: "api.localhost", at: .ipv4(port))`
    package static func get(
        _ target: String,
        host: String = "localhost",
        _ fields: String...,
        at place: Place
    ) async throws -> Answer {
        try await ask("GET \(target)", host: host, fields: fields, at: place)
    }

    package static func ask(
        _ request: String,
        host: String = "localhost",
        fields: [String] = [],
        body: String? = nil,
        at place: Place,
        within time: TimeAmount = .seconds(30)
    ) async throws -> Answer {
        var lines = ["\(request) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return try parse(
            try await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""), to: place, within: time)
        )
    }

    package static func send(_ text: String, to place: Place, within time: TimeAmount = .seconds(30)) async throws
        -> String
    {
        let wire = try await Wire.connect(to: place)
        defer { wire.close() }
        wire.send(text)
        return try await wire.all(within: time)
    }

    /// A whole answer, as it came.
    package static func parse(_ text: String) throws -> Answer {
        guard let end = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else {
            throw Failure("no answer, but \(text.debugDescription)")
        }
        let fields = text[..<end.lowerBound].split(separator: "\r\n").dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (name: String(line[..<colon]), value: String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        return Answer(status: status, fields: Array(fields), body: String(text[end.upperBound...]))
    }
}

/// A connection that a test drives by hand.
package final class Wire: Sendable {
    private let channel: any Channel
    private let collector: NIOLoopBound<Collector>
    private let ended: EventLoopFuture<ByteBuffer>

    private init(_ channel: any Channel, _ collector: NIOLoopBound<Collector>, _ ended: EventLoopFuture<ByteBuffer>) {
        (self.channel, self.collector, self.ended) = (channel, collector, ended)
    }

    /// - Parameter isReading: False takes nothing from the server until ``readOnce()`` or ``read(_:)``, so that a large
    ///   answer cannot be over before the test has looked.
    package static func connect(to place: Web.Place, isReading: Bool = true) async throws -> Wire {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: ByteBuffer.self)
        let bootstrap = ClientBootstrap(group: loop).channelOption(.autoRead, value: isReading)
        let channel: any Channel
        do {
            channel =
                switch place {
                case .ipv4(let port): try await bootstrap.connect(host: "127.0.0.1", port: Int(port)).get()
                case .ipv6(let port): try await bootstrap.connect(host: "::1", port: Int(port)).get()
                case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
                }
        } catch {
            promise.fail(error)
            throw error
        }
        let collector = try await loop.submit {
            let collector = Collector(promise)
            try channel.pipeline.syncOperations.addHandler(collector)
            if !channel.isActive { promise.succeed(ByteBuffer()) }
            return NIOLoopBound(collector, eventLoop: loop)
        }.get()
        return Wire(channel, collector, promise.futureResult)
    }

    package func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// Holds back what the server sends, or lets it come.
    package func read(_ on: Bool) async throws { try await channel.setOption(.autoRead, value: on).get() }

    /// Takes one piece of what the server sends.
    package func readOnce() { channel.read() }

    package func close() { channel.close(promise: nil) }

    /// What has come so far.
    package var received: String {
        get async throws { try await channel.eventLoop.submit { String(buffer: self.collector.value.bytes) }.get() }
    }

    package var receivedCount: Int {
        get async throws { try await channel.eventLoop.submit { self.collector.value.bytes.readableBytes }.get() }
    }

    /// All that comes until the server closes.
    package func all(within time: TimeAmount) async throws -> String {
        let channel = channel
        let timeout = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
        defer { timeout.cancel() }
        return String(buffer: try await ended.get())
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var bytes = ByteBuffer()
        private let ended: EventLoopPromise<ByteBuffer>

        init(_ ended: EventLoopPromise<ByteBuffer>) { self.ended = ended }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var piece = unwrapInboundIn(data)
            bytes.writeBuffer(&piece)
        }

        func channelInactive(context: ChannelHandlerContext) { ended.succeed(bytes) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
