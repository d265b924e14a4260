import HomeportHTTP
import HomeportNet
import NIOCore

/// A file with its precompressed siblings, as one path asks for it: what a loop keeps between requests.
///
/// Kept is not trusted: each request asks the file system once whether the file is still the one that was read, so that
/// an edit on disk shows on the next request.
final class Resource {
    /// The target's path that asks for this, undecoded.
    let key: ByteBuffer
    let identity: Representation
    /// What must not be there for this to be the answer: `a` where `a.html` answers for it, `index.html` where
    /// `index.htm` does.
    let absent: [CPath]
    private var siblings: [ContentCoding: Representation] = [:]
    private var checkedIn: UInt64?

    init(key: ByteBuffer, identity: Representation, absent: [CPath]) {
        self.key = key
        self.identity = identity
        self.absent = absent
    }

    /// - Parameter turn: The loop's. Within one turn, one look serves all requests.
    func isCurrent(in turn: UInt64) -> Bool {
        if checkedIn == turn { return true }
        guard !identity.isYoung, FileFacts(at: identity.path) == identity.facts else { return false }
        guard absent.allSatisfy({ FileFacts(at: $0) == nil }) else { return false }
        checkedIn = turn
        return true
    }

    /// Bytes of memory, roughly.
    var cost: Int {
        siblings.values.reduce(1024 + (identity.body?.readableBytes ?? 0)) { $0 + 512 + ($1.body?.readableBytes ?? 0) }
    }

    /// The sibling for a coding, if there is one that is not older than the file that it stands for.
    func sibling(_ coding: ContentCoding, make: (ContentCoding) -> Representation?) -> Representation? {
        if let kept = siblings[coding], !kept.isYoung, FileFacts(at: kept.path) == kept.facts { return fresh(kept) }
        let made = make(coding)
        siblings[coding] = made
        return made.flatMap(fresh)
    }

    private func fresh(_ sibling: Representation) -> Representation? {
        let (theirs, ours) = (sibling.facts, identity.facts)
        let isOlder = (theirs.modified, theirs.modifiedNanoseconds) < (ours.modified, ours.modifiedNanoseconds)
        return isOlder && theirs.modified < ours.modified ? nil : sibling
    }
}

/// The resources that one loop keeps, the least recently asked for dropped first.
///
/// Two generations stand in for a list in order of use: what is asked for moves to the young one; when that is full, it
/// becomes the old one and what was still old is dropped. So a look-up moves nothing most of the time.
struct ResourceCache {
    private var young: [UInt64: Resource] = [:]
    private var old: [UInt64: Resource] = [:]
    private var youngCost = 0
    private let bound: Int
    private let countBound: Int
    private let seed = UInt64.random(in: .min ... .max)

    /// - Parameters:
    ///   - bytes: Of memory, for both generations together.
    ///   - count: Of resources, which may each hold an open file.
    init(bytes: Int, count: Int) {
        bound = bytes / 2
        countBound = max(1, count / 2)
    }

    mutating func find(_ key: Span<UInt8>) -> Resource? {
        let hash = hash(key)
        if let resource = young[hash] { return resource.has(key) ? resource : nil }
        guard let resource = old.removeValue(forKey: hash), resource.has(key) else { return nil }
        keep(resource, hash)
        return resource
    }

    mutating func keep(_ resource: Resource) {
        keep(resource, hash(resource))
    }

    mutating func drop(_ resource: Resource) {
        let hash = hash(resource)
        if let gone = young.removeValue(forKey: hash) { youngCost -= gone.cost }
        old[hash] = nil
    }

    private mutating func keep(_ resource: Resource, _ hash: UInt64) {
        let cost = resource.cost
        guard cost <= bound else { return }
        if youngCost + cost > bound || young.count >= countBound {
            old = young
            young = [:]
            youngCost = 0
        }
        if let before = young.updateValue(resource, forKey: hash) { youngCost -= before.cost }
        youngCost += cost
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
