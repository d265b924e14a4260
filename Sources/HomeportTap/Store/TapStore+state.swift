/// What there is, and how room is made: segments, the ring that finds rows in them, and those that go on. Under the store's lock.
extension TapStore {
    struct State {
        var bounds: Bounds
        /// Where each is, by its number: segment and place.
        var ring: [(segment: UInt32, offset: UInt32)]
        /// Of the next one.
        var next: UInt64 = 1
        var oldest: UInt64 = 1
        /// That this store has given.
        var first: UInt64 = 1
        var facts: [Kept] = []
        var bodies: [Kept] = []
        var bytes = 0
        /// Of those that go on.
        var live: [UInt64: TapRow] = [:]
        var droppedRows: UInt64 = 0
        var droppedBodies: UInt64 = 0
        /// The last rows that were added or have changed, and how often that has been.
        var news = [UInt64](repeating: 0, count: TapStore.mostNews)
        var changes: UInt64 = 0
        /// How many there have been.
        var segments: UInt32 = 0
        /// One that was given up, for the next: memory that is had already costs less.
        var spare: Segment?
        var services: [ServiceCount.Name: ServiceCount] = [:]
        /// Of an opened recording: what was read of it last.
        var loaded: [Segment] = []
        /// Of an opened recording: numbers that nothing has.
        var gaps: UInt64 = 0
        /// How many have a second number.
        var renumbered: UInt64 = 0
        let recorder: Recorder?
    }

    /// How many services are counted; more names than that are somebody's play.
    static let mostServices = 1000

    struct Kept {
        enum Place {
            case memory(Segment)
            /// It is read when it is looked into.
            case file(RecordingFile)
        }

        let place: Place
        /// The highest number in it.
        var last: UInt64 = 0
        var count: UInt64 = 0

        var number: UInt32 {
            switch place {
            case .memory(let segment): segment.number
            case .file(let file): file.number
            }
        }

        var memory: Segment? { if case .memory(let segment) = place { segment } else { nil } }
    }

    /// Segments of files that are kept in memory when they have been read.
    static let mostLoaded = 32

    /// How far behind who follows may be.
    static let mostNews = 8192
}

extension TapStore.State {
    func place(_ id: UInt64) -> Int { Int(id % UInt64(ring.count)) }

    mutating func row(_ id: UInt64) -> TapRow? {
        guard id >= oldest, id < next else { return nil }
        if let row = live[id] { return row }
        let (number, offset) = ring[place(id)]
        guard let segment = segment(number, of: \.facts) else { return nil }
        // Of a recording, its file may have become another one meanwhile.
        guard !segment.isOfFile || SegmentRows.length(in: segment, at: Int(offset)) != nil else { return nil }
        return TapRow(segment, at: Int(offset))
    }

    mutating func segment(_ number: UInt32, of list: KeyPath<TapStore.State, [TapStore.Kept]>) -> Segment? {
        // In the order of their numbers.
        let kept = self[keyPath: list]
        var (low, high) = (0, kept.count)
        while low < high {
            let middle = (low + high) / 2
            if kept[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < kept.count, kept[low].number == number else { return nil }
        switch kept[low].place {
        case .memory(let segment): return segment
        case .file(let file): return load(file)
        }
    }

    private mutating func load(_ file: RecordingFile) -> Segment? {
        if let index = loaded.firstIndex(where: { $0.number == file.number }) {
            let segment = loaded.remove(at: index)
            loaded.append(segment)
            return segment
        }
        // It may have become another one since it was opened.
        guard let segment = file.read() else { return nil }
        if loaded.count >= TapStore.mostLoaded { loaded.removeFirst() }
        loaded.append(segment)
        return segment
    }

    mutating func count(_ record: borrowing TapRecord) {
        let name = ServiceCount.Name(text: record.service, isOfLink: record.isOfLink)
        guard services.count < TapStore.mostServices || services[name] != nil else { return }
        services[name, default: ServiceCount()].add(record)
    }

    mutating func tell(_ id: UInt64) {
        news[Int(changes % UInt64(news.count))] = id
        changes += 1
    }

    /// - Parameter id: Under which it could be seen; where that has been given up meanwhile, it is seen under another, and counted once.
    mutating func number(of id: UInt64?) -> UInt64 {
        guard let id else { return number() }
        if live[id] != nil { return id }
        (renumbered, droppedRows) = (renumbered + 1, droppedRows - min(1, droppedRows))
        return number()
    }

    mutating func number() -> UInt64 {
        let id = next
        next += 1
        if next - oldest > UInt64(ring.count) { forget(before: next - UInt64(ring.count)) }
        return id
    }

    mutating func keep(_ body: borrowing KeptBody) -> BodyExtent {
        let count = body.kept
        // One body is not worth all others.
        guard count > 0, count <= bounds.bytes / 4 else { return BodyExtent() }
        let (index, segment) = room(for: count, .bodies)
        bodies[index].count += 1
        return segment.put(body)
    }

    /// - Returns: Which segment has room, and where it stands among its kind.
    mutating func room(for count: Int, _ kind: RecordingFile.Kind) -> (index: Int, segment: Segment) {
        if let last = kind == .facts ? facts.last(withRoomFor: count) : bodies.last(withRoomFor: count) { return last }
        let list = kind == .facts ? \TapStore.State.facts : \TapStore.State.bodies
        let capacity = max(bounds.segment, count)
        makeRoom(for: capacity)
        segments += 1
        bytes += capacity
        let segment = segment(segments, capacity: capacity)
        self[keyPath: list].append(TapStore.Kept(place: .memory(segment)))
        recorder?.begin(segment, kind)
        return (self[keyPath: list].count - 1, segment)
    }

    private mutating func segment(_ number: UInt32, capacity: Int) -> Segment {
        guard var kept = spare, kept.capacity == capacity else { return Segment(number, capacity: capacity) }
        spare = nil
        // Somebody may be reading it yet.
        guard isKnownUniquelyReferenced(&kept) else { return Segment(number, capacity: capacity) }
        kept.reset(number)
        return kept
    }

    private mutating func dropFirst(of list: WritableKeyPath<TapStore.State, [TapStore.Kept]>) {
        guard let segment = self[keyPath: list].removeFirst().memory else { return }
        bytes -= segment.capacity
        spare = segment
    }

    mutating func makeRoom(for count: Int) {
        while bytes + count > bounds.bytes {
            if let oldest = bodies.first {
                droppedBodies += oldest.count
                dropFirst(of: \.bodies)
            } else if facts.count > 1 {
                forget(before: facts[0].last + 1)
            } else {
                return
            }
        }
    }

    /// Gives up all rows before `id`, and what holds only such.
    mutating func forget(before id: UInt64) {
        guard id > oldest else { return }
        let before = oldest
        droppedRows += id - oldest
        oldest = id
        while let first = facts.first, first.last < oldest, facts.count > 1 {
            dropFirst(of: \.facts)
        }
        guard !live.isEmpty else { return }
        if id - before <= UInt64(live.count) {
            for gone in before..<id { live[gone] = nil }
        } else {
            live = live.filter { $0.key >= id }
        }
    }
}

extension [TapStore.Kept] {
    fileprivate func last(withRoomFor count: Int) -> (index: Int, segment: Segment)? {
        guard let segment = last?.memory, segment.hasRoom(for: count) else { return nil }
        return (self.count - 1, segment)
    }
}

extension Segment {
    /// - Precondition: There is room.
    func put(_ body: borrowing KeptBody) -> BodyExtent {
        guard body.kept > 0 else { return BodyExtent() }
        let tail = body.tail
        let offset = append(body.kept) { bytes in
            body.head.withUnsafeBytes { bytes[0...].copyPrefix($0) }
            tail.withUnsafeBytes { bytes[body.head.count...].copyPrefix($0) }
        }
        return BodyExtent(
            segment: number,
            offset: UInt32(offset),
            head: UInt32(body.head.count),
            tail: UInt32(tail.count)
        )
    }
}
