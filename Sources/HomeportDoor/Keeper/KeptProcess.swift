import HomeportCore
import HomeportNet
import NIOCore

/// A program with its keeper, as long as anything of it lives.
final class KeptProcess: Sendable {
    /// What to start, and with what.
    struct Start: Sendable {
        var command: [String]
        /// `NAME=value`.
        var environment: [String]
        var directory: String
        /// Has this process's standard input, output and errors, instead of pipes.
        var inheritsStandard = false
        /// Has the terminal among them as its own.
        var hasTerminal = false
        /// Listening sockets that it gets. Closed here by who made them.
        var listening: [CInt] = []
    }

    enum Event: Sendable {
        case report(KeeperReport)
        /// A line of its output, without the line break.
        case line(String)
    }

    let keeper: Int32
    private let control: any Channel
    private let output: (any Channel)?

    private init(keeper: Int32, control: any Channel, output: (any Channel)?) {
        self.keeper = keeper
        self.control = control
        self.output = output
    }

    /// - Parameters:
    ///   - hasRoom: Whether more lines are wanted: the program waits otherwise, for a second at most.
    ///   - tell: Called on the loop. ``KeeperReport/gone`` is the last report, whatever happens; lines may follow.
    static func start(
        _ start: Start,
        on loop: any EventLoop,
        hasRoom: @escaping @Sendable () -> Bool,
        tell: @escaping @Sendable (Event) -> Void
    ) async throws -> KeptProcess {
        let (ours, theirs) = try Descriptor.pair().release()
        // The keeper waits for it and nothing else: a read may block.
        Descriptor.setBlocking(theirs)
        let pipe = start.inheritsStandard ? nil : try Descriptor.pipe()
        let null = try Descriptor.null()
        let program = OwnProgram.path
        let input = null.number
        let standard: [CInt] = if let pipe { [input, pipe.write, pipe.write] } else { [0, 1, 2] }
        let spawned = Result { () throws(SystemFailure) in
            try SpawnedProcess.start(
                program,
                [program]
                    + Keeper.arguments(
                        start.command,
                        directory: start.directory,
                        hasTerminal: start.hasTerminal,
                        listening: start.listening.count
                    ),
                environment: start.environment,
                descriptors: standard + [theirs] + start.listening,
                ownGroup: true
            )
        }
        _ = Descriptor(owning: theirs)
        if let pipe { _ = Descriptor(owning: pipe.write) }
        let keeper: Int32
        do { keeper = try spawned.get() } catch {
            _ = Descriptor(owning: ours)
            if let pipe { _ = Descriptor(owning: pipe.read) }
            throw error
        }
        let control = try await DescriptorStream.socket(ours, on: loop) { channel in
            try channel.pipeline.syncOperations.addHandler(ReportHandler(keeper: keeper) { tell(.report($0)) })
        }
        var output: (any Channel)?
        if let pipe {
            output = try await DescriptorStream.pipe(pipe.read, on: loop) { channel in
                let handler = OutputHandler(hasRoom: hasRoom) { tell(.line($0)) }
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        return KeptProcess(keeper: keeper, control: control, output: output)
    }

    func order(_ order: KeeperOrder) {
        control.writeAndFlush(ByteBuffer(integer: order.rawValue), promise: nil)
    }

    /// Returns when all that it has said was told. Somebody who got away may hold its output open for ever: then when the
    /// time is up, and nothing more is read.
    func drain(within time: TimeAmount) async {
        guard let output else { return }
        let timer = output.eventLoop.scheduleTask(in: time) { output.close(promise: nil) }
        try? await output.closeFuture.get()
        timer.cancel()
    }
}
