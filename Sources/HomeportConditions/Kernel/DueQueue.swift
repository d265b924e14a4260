/// What waits, the next that is due first; of those that are due at one moment, the first that came.
struct DueQueue<Element: Sendable>: Sendable {
    private struct Entry {
        let due: Instant
        let place: UInt64
        var element: Element
    }

    /// A binary heap.
    private var heap: [Entry] = []
    private var places: UInt64 = 0

    var first: Element? { heap.first?.element }

    /// In the order in which they came.
    var inOrder: [Element] { heap.sorted { $0.place < $1.place }.map(\.element) }

    mutating func insert(_ element: Element, due: Instant?) {
        heap.append(Entry(due: due ?? .max, place: places, element: element))
        places += 1
        rise(heap.count - 1)
    }

    mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        sink(0)
    }

    /// Takes out those for which `isMeant` says so, in the order in which they came.
    mutating func takeAll(where isMeant: (inout Element) -> Bool) -> [Element] {
        var taken: [Entry] = []
        var left: [Entry] = []
        for var entry in heap {
            if isMeant(&entry.element) { taken.append(entry) } else { left.append(entry) }
        }
        heap = left
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
        return taken.sorted { $0.place < $1.place }.map(\.element)
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        heap[a].due != heap[b].due ? heap[a].due < heap[b].due : heap[a].place < heap[b].place
    }

    private mutating func rise(_ index: Int) {
        var index = index
        while index > 0, precedes(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(_ index: Int) {
        var index = index
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && precedes(child, least) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
