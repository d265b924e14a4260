import HomeportCore
import HomeportNet
import NIOCore

/// The port that a program was told and does not listen on: whoever was told it, too, is led to where it does.
enum ToldPort {
    static func open(_ port: Port, to program: Program, on loop: any EventLoop) async throws -> Listener {
        let dialer = ProgramDialer(program)
        return try await Listener.start(
            ListeningSockets.open(.loopbacks(port)),
            group: loop,
            connect: { near in
                // Nothing is read before there is somewhere to send it.
                let end = TunnelEnd()
                try near.pipeline.syncOperations.addHandler(end)
                let bound = NIOLoopBound(end, eventLoop: near.eventLoop)
                dialer.dial(on: near.eventLoop) { far in
                    let other = TunnelEnd()
                    try far.pipeline.syncOperations.addHandler(other)
                    Tunnel.join(bound.value, other)
                }
                .whenFailure { _ in near.close(promise: nil) }
            },
            onRefusal: { _ in }
        )
    }
}
