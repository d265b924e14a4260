import HomeportCore
import HomeportNet
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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
        /// Ports of the machine's loopback that it can reach, in a network that has nothing else; nil for one that has the machine's.
        var offline: [Port]?
    }

    enum Event: Sendable {
        case report(KeeperReport)
        /// A line of its output, without the line break.
        case line(String)
    }

    let keeper: Int32
    private let control: any Channel
    private let output: (any Channel)?
    /// Of a program that is offline.
    let offline: Offline?

    struct Offline: Sendable {
        let network: OfflineNetwork
        /// What listens in there, for each of the ports that it can reach.
        let listening: [(port: Port, sockets: [CInt])]
    }

    private init(keeper: Int32, control: any Channel, output: (any Channel)?, offline: Offline?) {
        self.offline = offline
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
        let ends = try Descriptor.pair().release()
        let ours = Descriptor(owning: ends.one)
        let theirs = Descriptor(owning: ends.other)
        // The keeper waits for it and nothing else: a read may block.
        Descriptor.setBlocking(theirs.number)
        let makers = start.offline == nil ? nil : try Descriptor.pair().release()
        let (ourMaker, theirMaker) = (
            makers.map { OpenFile(owning: $0.one) }, makers.map { OpenFile(owning: $0.other) }
        )
        if let theirMaker { Descriptor.setBlocking(theirMaker.descriptor) }
        let null = try Descriptor.null()
        let pipe = start.inheritsStandard ? nil : try Descriptor.pipe()
        let (reading, writing) = (pipe.map { OpenFile(owning: $0.read) }, pipe.map { OpenFile(owning: $0.write) })
        let output = writing?.descriptor
        let standard: [CInt] = if let output { [null.number, output, output] } else { [0, 1, 2] }
        let program = OwnProgram.path
        let keeper = try SpawnedProcess.start(
            program,
            [program]
                + Keeper.arguments(
                    start.command,
                    directory: start.directory,
                    hasTerminal: start.hasTerminal,
                    listening: start.listening.count,
                    offline: start.offline
                ),
            environment: start.environment,
            descriptors: standard + [theirs.number] + (theirMaker.map { [$0.descriptor] } ?? start.listening)
        )
        _ = consume theirs
        withExtendedLifetime((writing, theirMaker)) {}
        var offline: Offline?
        if let ourMaker, let ports = start.offline {
            let maker = try ourMaker.copy()
            offline = try await OwnThread.run { try Self.offline(with: ports, from: maker, keeper) }
        }
        // From here on the keeper ends with our end of the socket, and is reaped when it has.
        let control = try await DescriptorStream.socket(ours.release(), on: loop) { channel in
            try channel.pipeline.syncOperations.addHandler(ReportHandler(keeper: keeper) { tell(.report($0)) })
        }
        guard let reading else {
            return KeptProcess(keeper: keeper, control: control, output: nil, offline: offline)
        }
        do {
            let output = try await DescriptorStream.pipe(reading.copy(), on: loop) { channel in
                let handler = OutputHandler(hasRoom: hasRoom) { tell(.line($0)) }
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            return KeptProcess(keeper: keeper, control: control, output: output, offline: offline)
        } catch {
            try? await control.close()
            throw error
        }
    }

    /// The program's network, and what the keeper has opened there. Waits.
    /// - Parameter maker: Owned from here on.
    /// - Throws: ``OfflineFailure`` where it could not.
    private static func offline(with ports: [Port], from maker: CInt, _ keeper: Int32) throws -> Offline {
        var found: [(port: Port, sockets: [CInt])] = []
        do {
            Descriptor.setBlocking(maker)
            BlockingConnection.limit(maker, to: 10)
            for port in ports { found.append((port, try received(on: maker))) }
            guard let kernel = try received(on: maker).first else { throw OfflineFailure(errno: EIO) }
            return Offline(network: OfflineNetwork(maker: maker, kernel: kernel), listening: found)
        } catch {
            _ = Descriptor(owning: maker)

            for socket in found.flatMap(\.sockets) { _ = Descriptor(owning: socket) }
            kill(keeper, SIGKILL)
            var status: Int32 = 0
            waitpid(keeper, &status, 0)
            throw error
        }
    }

    private static func received(on maker: CInt) throws -> [CInt] {
        let (descriptors, bytes) = try DescriptorPassing.receive(on: maker, upTo: 1)
        guard let count = bytes.first else { throw OfflineFailure(errno: EIO) }
        guard descriptors.isEmpty else { return descriptors }
        guard count == 0 else { throw OfflineFailure(errno: EIO) }
        let errno = CInt(try DescriptorPassing.receive(on: maker, upTo: 1).bytes.first ?? UInt8(EIO))
        throw OfflineFailure(errno: errno)
    }

    func order(_ order: KeeperOrder) {
        control.writeAndFlush(ByteBuffer(integer: order.rawValue), promise: nil)
        // One that was stopped would hear it only when it goes on.
        kill(keeper, SIGCONT)
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

/// A program could not be given a network of its own.
struct OfflineFailure: Error {
    let errno: Int32
}
