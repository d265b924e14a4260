import Synchronization

/// A stretch of memory that is written from its beginning to its end, once, and given up as a whole.
///
/// Exchanges by the hundred thousand are neither allocated nor freed one by one: they are bytes in some hundred of these.
///
/// `@unchecked Sendable`: bytes below what has been handed out by ``append(_:)`` never change again, and those above are nobody's yet.
/// Who appends holds the store's lock; who reads was told, under that lock, where.
final class Segment: @unchecked Sendable {
    /// Counts up; names the segment in what refers to it.
    private(set) var number: UInt32
    let capacity: Int
    /// Whether it was read of a file, and may be anything.
    let isOfFile: Bool
    private let filled: Atomic<Int>
    private let memory: UnsafeMutableRawPointer

    init(_ number: UInt32, capacity: Int) {
        self.number = number
        (self.capacity, isOfFile) = (capacity, false)
        // Small ones hold what goes on, and are gone soon.
        let isLarge = capacity >= 16 * Pages.size
        memory = .allocate(byteCount: capacity, alignment: isLarge ? Pages.size : 16)
        if isLarge {
            let whole = capacity / Pages.size * Pages.size
            Pages.populate(UnsafeMutableRawBufferPointer(start: memory, count: whole))
        }
        filled = Atomic(0)
    }

    /// Bytes that have been handed out.
    var used: Int { filled.load(ordering: .acquiring) }

    /// As it was, of a file.
    /// - Parameter read: Fills the memory, and says how far.
    init(_ number: UInt32, capacity: Int, _ read: (UnsafeMutableRawBufferPointer) -> Int) {
        self.number = number
        (self.capacity, isOfFile) = (capacity, true)
        memory = .allocate(byteCount: max(1, capacity), alignment: 16)
        filled = Atomic(read(UnsafeMutableRawBufferPointer(start: memory, count: capacity)))
    }

    /// Begins anew, under another number.
    /// - Precondition: Nobody else has it.
    func reset(_ number: UInt32) {
        self.number = number
        filled.store(0, ordering: .releasing)
    }

    deinit { memory.deallocate() }

    func hasRoom(for count: Int) -> Bool { capacity - used >= count }

    /// Bytes to be filled in by `body`, all of them.
    /// - Returns: Where they are.
    /// - Precondition: There is room for them.
    func append(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) -> Int {
        precondition(hasRoom(for: count), "a segment has no room for what was measured to fit")
        let offset = used
        body(UnsafeMutableRawBufferPointer(start: memory + offset, count: count))
        // What follows is aligned, so that numbers can be read as they lie.
        filled.store(min(capacity, (offset + count + 7) & ~7), ordering: .releasing)
        return offset
    }

    /// - Precondition: The range was handed out by ``append(_:_:)``.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= used, "a row lies outside its segment")
        return UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count)
    }
}
