import HomeportNet

/// What conditions have done, as bytes of a row: for each, u8 direction, u8 lengths of the link's name and of the word, u8 nothing, u64
/// hits, nanoseconds, bytes thrown away, and the two names.
extension ConditionHits {
    private static let most = 32
    private static let fixed = 28

    private var kept: ArraySlice<ConditionHit> { all.prefix(Self.most) }

    private static func count(_ name: String) -> Int { min(name.utf8.count, 255) }

    var size: Int {
        all.isEmpty ? 0 : kept.reduce(0) { $0 + Self.fixed + Self.count($1.link) + Self.count($1.condition) }
    }

    func write(to bytes: UnsafeMutableRawBufferPointer, at end: inout Int) {
        guard !all.isEmpty else { return }
        for hit in kept {
            bytes.put(UInt8(hit.isUp ? 1 : 0), at: end)
            bytes.put(UInt8(Self.count(hit.link)), at: end + 1)
            bytes.put(UInt8(Self.count(hit.condition)), at: end + 2)
            bytes.put(UInt8(0), at: end + 3)
            bytes.put(hit.hits, at: end + 4)
            bytes.put(hit.longest, at: end + 12)
            bytes.put(hit.discarded, at: end + 20)
            end += Self.fixed
            for name in [hit.link, hit.condition] {
                let utf8 = Array(name.utf8.prefix(255))
                utf8.withUnsafeBytes { bytes[end...].copyPrefix($0) }
                end += utf8.count
            }
        }
    }

    init(reading bytes: UnsafeRawBufferPointer) {
        self.init()
        var start = 0
        while start + Self.fixed <= bytes.count, all.count < Self.most {
            let (link, word) = (Int(bytes[start + 1]), Int(bytes[start + 2]))
            let names = start + Self.fixed
            guard names + link + word <= bytes.count else { return }
            var hit = ConditionHit(
                link: String(decoding: bytes[names..<names + link], as: UTF8.self),
                condition: String(decoding: bytes[names + link..<names + link + word], as: UTF8.self),
                isUp: bytes[start] == 1
            )
            hit.hits = bytes.number(at: start + 4)
            hit.longest = min(bytes.number(at: start + 12), UInt64(TapLayout.most) / UInt64(Self.most))
            hit.discarded = bytes.number(at: start + 20)
            add(hit)
            start = names + link + word
        }
    }
}

extension UnsafeRawBufferPointer {
    func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
