import HomeportConditions
import NIOCore

/// One direction of a flow: what waits, and what its conditions say of it.
struct FlowLane {
    private(set) var path: DatagramPath<ByteBuffer>
    private let draws: Draws
    private var log: LaneLog?
    private var bytes: UInt64 = 0
    private var overflowed: UInt64 = 0
    private var counted: UInt64 = 0
    private var received: UInt64 = 0

    /// As much may wait as ever may: what finds no room is lost, where a stream's sender would only be held back.
    init(_ way: LinkProfile.Way, for connection: ConnectionFacts, _ draws: Draws, log: LaneLog?, now: Instant) {
        let stages = way.stages.keyed(for: connection, draws, now: now, ConditionTemplate.datagram)
        path = DatagramPath(stages, draws: draws, limit: Buffers.most, isLogged: log != nil)
        (self.draws, self.log) = (draws, log)
        self.log?.become(way)
    }

    /// Tells what has been decided, where somebody wants to know.
    private mutating func tell() { if let log { path.takeDecisions { log.tell($0) } } }

    mutating func become(
        _ way: LinkProfile.Way,
        _ connection: ConnectionFacts,
        now: Instant,
        _ send: (ByteBuffer) -> Void
    ) {
        let stages = way.stages.keyed(for: connection, draws, now: now, ConditionTemplate.datagram) { key in
            if case .rate(let rate) = path.stage(key) { rate.line } else { nil }
        }
        log?.become(way)
        defer { tell() }
        var passed: UInt64 = 0
        path.become(stages, now: now) { Self.deliver($0, $1, &passed, send) }
        bytes += passed
    }

    mutating func offer(_ datagram: ByteBuffer, now: Instant, _ send: (ByteBuffer) -> Void) {
        var passed: UInt64 = 0
        // A receive buffer holds the largest datagram there can be: what waits must not keep one each.
        let payload = path.isEmpty ? datagram : ByteBuffer(bytes: datagram.readableBytesView)
        path.offer(payload, count: datagram.readableBytes, now: now) { Self.deliver($0, $1, &passed, send) }
        tell()
        bytes += passed
    }

    mutating func run(now: Instant, _ send: (ByteBuffer) -> Void) {
        var passed: UInt64 = 0
        path.run(now: now) { Self.deliver($0, $1, &passed, send) }
        tell()
        bytes += passed
    }

    /// A datagram found no room beside what waits of others.
    mutating func overflow() { overflowed += 1 }

    /// - Parameter note: Told what each condition has done, by its key.
    mutating func harvest(
        into way: inout LinkCounts.Way,
        _ overflowed: inout UInt64,
        _ note: (UInt64, Effect) -> Void
    ) {
        way.bytes &+= bytes
        bytes = 0
        way.received &+= path.received - received
        received = path.received
        let all = path.overflowed + self.overflowed
        overflowed &+= all - counted
        counted = all
        path.takeEffects { key, effect in
            way.effects[key, default: Effect()] += effect
            note(key, effect)
        }
    }

    private static func deliver(
        _ payload: ByteBuffer,
        _ flips: [Flip],
        _ passed: inout UInt64,
        _ send: (ByteBuffer) -> Void
    ) {
        var payload = payload
        passed += UInt64(payload.readableBytes)
        for flip in flips {
            let place = payload.readerIndex + Int(flip.offset)
            guard let byte = payload.getInteger(at: place, as: UInt8.self) else { continue }
            payload.setInteger(byte ^ flip.mask, at: place)
        }
        send(payload)
    }
}
