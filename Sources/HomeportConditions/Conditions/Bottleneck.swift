import Synchronization

/// A line of limited rate that any number of streams share: one virtual clock that says until when it is busy.
///
/// Each stream reserves one quantum at a time, for the segment at the head of its queue: so streams take turns, and what a
/// change of rate comes too late for is no more than a quantum of each.
public final class Bottleneck: Sendable {
    /// How fast bytes pass.
    public enum Pace: Sendable, Hashable {
        /// Evenly, so many bits in a second; 0 lets nothing through.
        case even(UInt64)
        case trace(DeliveryTrace)

        var bitsPerSecond: UInt64 {
            switch self {
            case .even(let bits): bits
            case .trace(let trace): trace.bitsPerSecond
            }
        }
    }

    private struct State {
        var pace: Pace
        var busyUntil: Instant = 0
        var epoch: UInt64 = 0
        /// Where a trace is, and when it began.
        var cursor = DeliveryTrace.Cursor()
        var began: Instant?
        /// The average of a trace.
        var bitsPerSecond: UInt64

        init(_ pace: Pace) {
            self.pace = pace
            bitsPerSecond = pace.bitsPerSecond
        }
    }

    private let state: Mutex<State>

    /// - Parameter bitsPerSecond: 0 lets nothing through.
    public convenience init(bitsPerSecond: UInt64) { self.init(.even(bitsPerSecond)) }

    public init(_ pace: Pace) { state = Mutex(State(pace)) }

    public var bitsPerSecond: UInt64 { state.withLock { $0.bitsPerSecond } }

    /// Counts its changes of rate.
    var epoch: UInt64 { state.withLock { $0.epoch } }

    /// What was reserved at the old rate is reserved anew.
    public func change(bitsPerSecond: UInt64, now: Instant) { change(to: .even(bitsPerSecond), now: now) }

    public func change(to pace: Pace, now: Instant) {
        state.withLock { state in
            guard state.pace != pace else { return }
            let epoch = state.epoch + 1
            state = State(pace)
            (state.busyUntil, state.epoch) = (now, epoch)
        }
    }

    /// What came before this moment has not been let through before it.
    func begin(_ now: Instant) { state.withLock { $0.busyUntil = max($0.busyUntil, now) } }

    /// Bytes that are reserved at once: a millisecond's worth, between one byte and 64 KiB; of a trace, what passes at once.
    var quantum: Int {
        state.withLock { state in
            guard case .even(let bitsPerSecond) = state.pace else { return DeliveryTrace.unit }
            return Int(min(64 << 10, max(1, bitsPerSecond / 8 / 1000)))
        }
    }

    struct Slot: Hashable {
        var end: Instant
        var epoch: UInt64
    }

    /// - Returns: When the last of the bytes has passed; nil while nothing may.
    func reserve(_ count: Int, from: Instant) -> Slot? {
        state.withLock { state in
            if case .trace(let trace) = state.pace {
                // It begins with the first that comes.
                let began = state.began ?? max(state.busyUntil, from)
                state.began = began
                let start = max(state.busyUntil, from, began)
                state.busyUntil = began &+ state.cursor.take(count, from: start - began, of: trace)
                return Slot(end: state.busyUntil, epoch: state.epoch)
            }
            guard state.bitsPerSecond > 0 else { return nil }
            let (bits, over) = UInt64(count).multipliedReportingOverflow(by: 8_000_000_000)
            let takes = over ? UInt64.max / 4 : bits / state.bitsPerSecond
            state.busyUntil = max(state.busyUntil, from) &+ takes
            return Slot(end: state.busyUntil, epoch: state.epoch)
        }
    }

    /// - Returns: nil if as much as `limit` bytes, or all there is, already waits.
    func reserve(_ count: Int, from: Instant, limit: Int) -> Slot? {
        let waiting = state.withLock { state -> Double in
            guard state.busyUntil > from else { return 0 }
            if case .trace(let trace) = state.pace, let began = state.began {
                return Double(state.cursor.waiting(at: max(from, began) - began, of: trace))
            }
            return Double(state.busyUntil - from) * Double(state.bitsPerSecond) / 8e9
        }
        return waiting + Double(count) > Double(limit) + 0.5 && waiting > 0 ? nil : reserve(count, from: from)
    }

    func isValid(_ slot: Slot) -> Bool { state.withLock { $0.epoch == slot.epoch } }
}

extension Bottleneck: Hashable {
    public static func == (a: Bottleneck, b: Bottleneck) -> Bool { a === b }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
