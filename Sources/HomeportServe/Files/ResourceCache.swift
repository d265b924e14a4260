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

    mutating func find(_ key: Span<UInt8>, of owner: FolderCaches.Owner) -> Resource? {
        let hash = hash(key, owner)
        if let resource = young[hash] { return resource.answers(key, of: owner) ? resource : nil }
        guard let resource = old.removeValue(forKey: hash), resource.answers(key, of: owner) else { return nil }
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

    /// Lets go of all that one folder has here.
    mutating func dropAll(of owner: FolderCaches.Owner) {
        for resource in young.values where resource.owner == owner { drop(resource) }
        old = old.filter { $0.value.owner != owner }
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
        return hash(key.readableBytesUInt8Span, resource.owner)
    }

    /// Two keys with one hash cannot both be kept, and the seed keeps anyone from looking for such a pair.
    private func hash(_ key: Span<UInt8>, _ owner: FolderCaches.Owner) -> UInt64 {
        var hash = seed ^ owner &* 0x9E37_79B9_7F4A_7C15
        for index in 0..<key.count { hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01B3 }
        return hash ^ hash >> 29
    }
}

extension Resource {
    fileprivate func answers(_ key: Span<UInt8>, of owner: FolderCaches.Owner) -> Bool {
        let mine = self.key
        guard self.owner == owner, mine.readableBytes == key.count else { return false }
        let bytes = mine.readableBytesUInt8Span
        for index in 0..<key.count where bytes[index] != key[index] { return false }
        return true
    }
}
