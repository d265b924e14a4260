/// Segments in order, as a ring: what comes and goes allocates nothing once the ring is large enough.
struct SegmentQueue: Sendable {
    private var ring: [Segment] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var first: Segment {
        get { ring[head] }
        set { ring[head] = newValue }
    }

    mutating func append(_ segment: Segment) {
        if count == ring.count { grow(filler: segment) }
        ring[(head + count) & (ring.count - 1)] = segment
        count += 1
    }

    mutating func prepend(_ segment: Segment) {
        if count == ring.count { grow(filler: segment) }
        head = (head - 1) & (ring.count - 1)
        ring[head] = segment
        count += 1
    }

    mutating func removeFirst() {
        head = (head + 1) & (ring.count - 1)
        count -= 1
    }

    /// What waited elsewhere waits here from now on, behind what is here.
    mutating func takeAll(of other: SegmentQueue, at time: Instant) {
        for index in 0..<other.count {
            var segment = other.ring[(other.head + index) & (other.ring.count - 1)]
            segment.entered = time
            append(segment)
        }
    }

    private mutating func grow(filler: Segment) {
        var larger = [Segment](repeating: filler, count: max(4, ring.count * 2))
        for index in 0..<count { larger[index] = ring[(head + index) & (ring.count - 1)] }
        (ring, head) = (larger, 0)
    }
}
