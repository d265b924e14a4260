import HomeportHTTP
import NIOCore

/// The resources that one loop keeps, the least recently asked for dropped first.
///
/// Two generations stand in for a list in order of use: what is asked for moves to the young one; when that is full, it
/// becomes the old one and what was still old is dropped. So a look-up moves nothing most of the time.
struct ResourceCache {
    private var young: [UInt64: Resource] = [:]
    private var old: [UInt64: Resource] = [:]
    private var youngCost = Resource.Cost()
    /// For one generation.
    private let bound: Resource.Cost
    private let seed = UInt64.random(in: .min ... .max)

    /// - Parameters:
    ///   - bytes: Of memory, for both generations together.
    ///   - files: That are kept open. Small files are kept in memory and do not count.
    init(bytes: Int, files: Int) {
        bound = Resource.Cost(bytes: bytes / 2, files: max(1, files / 2))
    }

    mutating func find(_ key: Span<UInt8>) -> Resource? {
        let hash = hash(key)
        if let resource = young[hash] { return resource.has(key) ? resource : nil }
        guard let resource = old.removeValue(forKey: hash), resource.has(key) else { return nil }
        keep(resource, hash)
        return resource
    }

    /// Keeps a resource, or counts it anew if it is kept already.
    mutating func keep(_ resource: Resource) {
        keep(resource, hash(resource))
    }

    mutating func drop(_ resource: Resource) {
        let hash = hash(resource)
        if let gone = young.removeValue(forKey: hash) { youngCost = youngCost - gone.counted }
        old[hash] = nil
    }

    private mutating func keep(_ resource: Resource, _ hash: UInt64) {
        if let before = young.removeValue(forKey: hash) { youngCost = youngCost - before.counted }
        let cost = resource.cost
        guard cost.bytes <= bound.bytes, cost.files <= bound.files else { return }
        let sum = youngCost + cost
        if sum.bytes > bound.bytes || sum.files > bound.files {
            old = young
            young = [:]
            youngCost = Resource.Cost()
        }
        resource.counted = cost
        young[hash] = resource
        youngCost = youngCost + cost
    }

    private func hash(_ resource: Resource) -> UInt64 {
        let key = resource.key
        return hash(key.readableBytesUInt8Span)
    }

    /// Two keys with one hash cannot both be kept, and the seed keeps anyone from looking for such a pair.
    private func hash(_ key: Span<UInt8>) -> UInt64 {
        var hash = seed
        for index in 0..<key.count { hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01B3 }
        return hash ^ hash >> 29
    }
}

extension Resource {
    fileprivate func has(_ key: Span<UInt8>) -> Bool {
        let mine = self.key
        guard mine.readableBytes == key.count else { return false }
        let bytes = mine.readableBytesUInt8Span
        for index in 0..<key.count where bytes[index] != key[index] { return false }
        return true
    }
}
