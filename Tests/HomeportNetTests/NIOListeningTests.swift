import HomeportCore
import HomeportNet
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(1))) struct NIOListeningTests {
    @Test func theSocketsServeInNIOOnBothLoopbacks() async throws {
        let sockets = try ListeningSockets.open(.loopbacks(nil))
        let opened = sockets.port
        let port = try #require(opened)
        var servers: [any Channel] = []
        for descriptor in sockets.release() {
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { $0.close() }
                .withBoundSocket(descriptor)
                .get()
            ListeningSockets.restoreBacklog(descriptor)
            servers.append(server)
        }
        for host in ["127.0.0.1", "::1"] {
            let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: host, port: Int(port.number))
                .get()
            try await client.closeFuture.get()
        }
        for server in servers { try await server.close() }
        let again = try ListeningSockets.open(.loopbacks(port)).port
        #expect(again == port)
    }
}
