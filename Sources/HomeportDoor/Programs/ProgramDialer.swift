import HomeportNet
package import NIOCore

/// Leads to a program, wherever it listens at the moment.
package struct ProgramDialer: Dialer {
    private let program: Program

    package init(_ program: Program) { self.program = program }

    package func dial(
        on loop: any EventLoop,
        initialize: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        guard let place = program.status.place else { return find(on: loop, initialize, isAgain: false) }
        return program.way(to: place).dial(on: loop, initialize: initialize).flatMapError { _ in
            // It may have come to listen elsewhere.
            find(on: loop, initialize, isAgain: true)
        }
    }

    private func find(
        on loop: any EventLoop,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void,
        isAgain: Bool
    ) -> EventLoopFuture<any Channel> {
        loop.makeFutureWithTask { try await program.place(after: isAgain) }.flatMap { place in
            program.way(to: place).dial(on: loop, initialize: initialize)
                .flatMapErrorThrowing { throw program.trouble(reached: place, $0) }
        }
    }
}
