package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the connections of one event loop share: the present second as a field line, and a buffer to write answers into.
///
/// Never leaves its loop, hence not Sendable.
package final class LoopState {
    package let loop: any EventLoop
    /// 0 ..< number of loops: finds a loop's own part of what others keep per loop.
    package let index: Int

    /// What an observer keeps for itself between exchanges.
    package var observers: AnyObject?

    private var turn: UInt64 = 0
    private var turnBegan = NIODeadline.distantPast
    private var isTurnEnding = false
    private var second: Int64 = -1
    private var dateLine = ByteBuffer()
    private var scratch = ByteBuffer()

    package init(loop: any EventLoop, index: Int) {
        self.loop = loop
        self.index = index
    }

    /// What deadlines are counted in: the loop's own clock, which a test can move.
    var clock: NIODeadline { loop.now }

    /// Seconds since 1970. The coarse clock is off by a few milliseconds and costs no system call.
    package var now: Int64 {
        var time = timespec()
        clock_gettime(coarseClock, &time)
        return Int64(time.tv_sec)
    }

    /// Which turn of the loop this is: what was asked of the file system for one request serves the others of its turn. A
    /// turn ends when the loop begins anew, and after ``longestTurn`` at the latest, which bounds how old such an answer
    /// can be.
    package var currentTurn: UInt64 {
        let now = clock
        if now - turnBegan > Self.longestTurn {
            turnBegan = now
            turn += 1
        }
        if !isTurnEnding {
            isTurnEnding = true
            loop.assumeIsolated().execute {
                self.turn += 1
                self.isTurnEnding = false
            }
        }
        return turn
    }

    private static let longestTurn = TimeAmount.microseconds(250)

    func writeDate(to output: inout ByteBuffer) {
        let now = now
        if now != second {
            second = now
            dateLine.clear()
            dateLine.writeString("Date: \(HTTPDate.text(now))\r\n")
        }
        output.writeImmutableBuffer(dateLine)
    }

    /// Lends the shared buffer; whoever asks while it is lent gets a fresh one.
    func takeScratch() -> ByteBuffer {
        var lent = ByteBuffer()
        swap(&lent, &scratch)
        return lent
    }

    /// Takes the buffer back, unless a large answer has blown it up. One that still holds bytes is let go of: nobody else
    /// may be sent them.
    func giveBack(_ buffer: ByteBuffer) {
        guard buffer.writerIndex == 0, buffer.capacity <= 128 << 10, buffer.capacity > scratch.capacity else { return }
        scratch = buffer
    }
}
