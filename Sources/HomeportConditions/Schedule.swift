/// When a condition acts, and how strongly, in time since it came.
///
///     from ──▶ ramp ──▶ full strength, on and off by turns ──▶ until; after `period` all of it again
///
/// Times are nanoseconds.
public struct Schedule: Sendable, Hashable {
    public var from: UInt64 = 0
    /// Nil: for good, or as long as a period has.
    public var until: UInt64?
    /// How long it takes to full strength, in even steps.
    public var ramp: UInt64 = 0
    /// On and off by turns, from the beginning on; nil is on all the time.
    public var flap: Flap?
    public var period: UInt64?

    public struct Flap: Sendable, Hashable {
        public let on: UInt64
        public let off: UInt64

        public init(on: UInt64, off: UInt64) { (self.on, self.off) = (on, off) }
    }

    /// What holds from a moment on.
    public struct State: Sendable, Hashable {
        /// 0 is not there, 1 full.
        public let strength: Double
        /// When something else holds; nil is never.
        public let until: UInt64?
    }

    public init() {}

    /// Steps to full strength.
    static let steps: UInt64 = 50

    /// - Parameter elapsed: Since the condition came.
    public func state(at elapsed: UInt64) -> State {
        let base = period.map { elapsed - elapsed % $0 } ?? 0
        let end = period.map { base &+ $0 }
        func state(_ strength: Double, _ until: UInt64?) -> State {
            State(strength: strength, until: [until.map { base &+ $0 }, end].compactMap { $0 }.min())
        }
        let now = elapsed - base
        guard now >= from else { return state(0, from) }
        if let until, now >= until { return state(0, nil) }
        var (strength, next) = (1.0, until)
        if now - from < ramp {
            // The first step is one above nothing, the last is full.
            let length = max(1, ramp / Self.steps)
            let step = (now - from) / length
            strength = min(1, Double(step + 1) / Double(Self.steps))
            next = min(next ?? .max, from + (step + 1) * length)
        }
        if let flap {
            let turn = (now - from) % (flap.on + flap.off)
            let isOn = turn < flap.on
            if !isOn { strength = 0 }
            next = min(next ?? .max, now + (isOn ? flap.on - turn : flap.on + flap.off - turn))
        }
        return state(strength, next)
    }
}
