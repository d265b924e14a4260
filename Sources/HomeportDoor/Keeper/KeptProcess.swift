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
    /// Of a program that is offline: what listens in its network, for each of the ports that it can reach.
    let listening: [(port: Port, sockets: [CInt])]

    private init(
        keeper: Int32,
        control: any Channel,
        output: (any Channel)?,
        listening: [(port: Port, sockets: [CInt])]
    ) {
        self.listening = listening
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
            descriptors: standard + [theirs.number] + start.listening
        )
        _ = consume theirs
        withExtendedLifetime(writing) {}
        let listening = try await Self.sockets(of: start.offline ?? [], from: ours.number, keeper)
        // From here on the keeper ends with our end of the socket, and is reaped when it has.
        let control = try await DescriptorStream.socket(ours.release(), on: loop) { channel in
            try channel.pipeline.syncOperations.addHandler(ReportHandler(keeper: keeper) { tell(.report($0)) })
        }
        guard let reading else {
            return KeptProcess(keeper: keeper, control: control, output: nil, listening: listening)
        }
        do {
            let output = try await DescriptorStream.pipe(reading.copy(), on: loop) { channel in
                let handler = OutputHandler(hasRoom: hasRoom) { tell(.line($0)) }
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            return KeptProcess(keeper: keeper, control: control, output: output, listening: listening)
        } catch {
            try? await control.close()
            throw error
        }
    }

    /// What the keeper has opened in the program's network.
    /// - Throws: ``OfflineFailure`` where it could not.
    private static func sockets(
        of ports: [Port],
        from control: CInt,
        _ keeper: Int32
    ) async throws -> [(port: Port, sockets: [CInt])] {
        guard !ports.isEmpty else { return [] }
        return try await OwnThread.run {
            Descriptor.setBlocking(control)
            BlockingConnection.limit(control, to: 10)
            var found: [(port: Port, sockets: [CInt])] = []
            do {
                for port in ports {
                    let (descriptors, bytes) = try DescriptorPassing.receive(on: control, upTo: 1)
                    guard let count = bytes.first, Int(count) == descriptors.count, count > 0 else {
                        throw OfflineFailure(
                            said: bytes + ((try? DescriptorPassing.receive(on: control, upTo: 64).bytes) ?? [])
                        )
                    }
                    found.append((port, descriptors))
                }
            } catch {
                for socket in found.flatMap(\.sockets) { _ = Descriptor(owning: socket) }
                kill(keeper, SIGKILL)
                var status: Int32 = 0
                waitpid(keeper, &status, 0)
                throw error
            }
            BlockingConnection.limit(control, to: 0)
            _ = fcntl(control, F_SETFL, fcntl(control, F_GETFL) | O_NONBLOCK)
            return found
        }
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

    /// - Parameter said: What the keeper has told in place of sockets.
    init(said: [UInt8]) {
        let line = String(decoding: said, as: UTF8.self).split(separator: "\n").first
        errno = if case .failed(let errno)? = line.flatMap({ KeeperReport(line: $0) }) { errno } else { EIO }
    }
}
