import HomeportConditions
import NIOCore

/// Rings at a moment, as exactly as the machine allows and never before it.
///
/// A processor that has slept for long takes a while to wake, on a virtual machine a quarter of a millisecond: as much as is to
/// be measured. After a short sleep it is there at once. So an alarm that is far off gets up early, by as much as its loop was
/// late before, sleeps most of the rest in a second, short sleep, and waits out the last microseconds awake.
final class Alarm: NIOScheduledCallbackHandler {
    private let loop: any EventLoop
    private let habit: WakeHabit
    private let ring: () -> Void
    private var timer: NIOScheduledCallback?
    private var fires = NIODeadline.distantFuture
    private var due: NIODeadline?
    private var isLongSleep = false
    /// It got up early, and sleeps once more.
    private var isSecondSleep = false

    init(on loop: any EventLoop, _ habit: WakeHabit, ring: @escaping () -> Void) {
        self.loop = loop
        self.habit = habit
        self.ring = ring
    }

    /// Rings then, and not at any moment set before; nil rings not at all.
    func set(_ moment: Instant?) {
        guard let moment else { return cancel() }
        // What is due already comes after the loop's next look at its sockets, which tasks that follow at once keep it from.
        let due = max(.uptimeNanoseconds(moment), loop.now + WakeHabit.breath)
        self.due = due
        if timer != nil, fires == due || (fires < due && (isLongSleep || isSecondSleep)) { return }
        timer?.cancel()
        isSecondSleep = false
        isLongSleep = due - loop.now > WakeHabit.longSleep
        sleep(until: isLongSleep ? due - habit.lead : due)
    }

    private func sleep(until moment: NIODeadline) {
        fires = moment
        timer = try? loop.assumeIsolated().scheduleCallback(at: fires, handler: self)
    }

    func cancel() {
        due = nil
        timer?.cancel()
        timer = nil
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        timer = nil
        let now = loop.now
        if isLongSleep { habit.note(now - fires) }
        guard let due else { return }
        if due - now > WakeHabit.mostLead { return set(due.uptimeNanoseconds) }
        if due - now > habit.awake {
            (isLongSleep, isSecondSleep) = (false, true)
            return sleep(until: due - habit.awake)
        }
        while loop.now < due, isSecondSleep || isLongSleep {}
        self.due = nil
        ring()
    }

    func didCancelScheduledCallback(eventLoop: some EventLoop) {}
}

/// How late a loop's timers are after it has slept: nine times out of ten not later than ``lead``.
final class WakeHabit {
    static let longSleep = TimeAmount.milliseconds(1)
    /// The least there is between two things that a loop does of itself.
    static let breath = TimeAmount.microseconds(20)
    /// What getting up early may cost at each long sleep.
    static let mostLead = TimeAmount.microseconds(400)
    private static let step: Int64 = 2_000
    /// What is waited out awake, after long sleeps alone.
    let awake: TimeAmount

    private(set) var lead = TimeAmount.zero

    /// - Parameter awake: None for a clock that stands still while it is looked at, as a test's does.
    init(awake: TimeAmount = .microseconds(40)) { self.awake = awake }

    func note(_ lateness: TimeAmount) {
        let next = lead.nanoseconds + (lateness > lead ? 9 * Self.step : -Self.step)
        lead = .nanoseconds(min(max(0, next), Self.mostLead.nanoseconds))
    }
}
