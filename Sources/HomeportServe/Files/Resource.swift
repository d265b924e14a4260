import HomeportHTTP
import HomeportNet
import NIOCore

/// A file with its precompressed siblings, as one path asks for it: what a loop keeps between requests.
///
/// Kept is not trusted: each request asks the file system once whether the file is still the one that was read, so that
/// an edit on disk shows on the next request.
final class Resource {
    /// Whose it is: many folders share what a loop keeps.
    let owner: FolderCaches.Owner
    /// The target's path that asks for this, undecoded.
    let key: ByteBuffer
    let identity: Representation
    /// What must not be there for this to be the answer: `a` where `a.html` answers for it, `index.html` where
    /// `index.htm` does.
    let absent: [CPath]
    private var siblings: [ContentCoding: Representation] = [:]
    private var checkedIn: UInt64?

    init(owner: FolderCaches.Owner, key: ByteBuffer, identity: Representation, absent: [CPath]) {
        self.owner = owner
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

    /// What it costs to keep this.
    var cost: Cost {
        let names = Cost(bytes: key.readableBytes + absent.reduce(0) { $0 + $1.length })
        return siblings.values.reduce(names + Cost(of: identity)) { $0 + Cost(of: $1) }
    }

    /// What the cache counted for this when it was kept.
    var counted = Cost()

    struct Cost {
        /// Of memory, roughly.
        var bytes = 0
        /// That are open.
        var files = 0

        static func + (a: Cost, b: Cost) -> Cost { Cost(bytes: a.bytes + b.bytes, files: a.files + b.files) }
        static func - (a: Cost, b: Cost) -> Cost { Cost(bytes: a.bytes - b.bytes, files: a.files - b.files) }
    }

    /// The sibling for a coding, if there is one that is not older than the file that it stands for.
    func sibling(
        _ coding: ContentCoding,
        make: (ContentCoding) -> Representation?
    ) -> (sibling: Representation?, isNew: Bool) {
        if let kept = siblings[coding], !kept.isYoung, FileFacts(at: kept.path) == kept.facts {
            return (isFresh(kept) ? kept : nil, false)
        }
        let made = make(coding)
        siblings[coding] = made
        return (made.flatMap { isFresh($0) ? $0 : nil }, made != nil)
    }

    /// Compared to the nanosecond, or an edit in the second of the build would go unseen; but some archives and old
    /// compressors keep whole seconds only, and their siblings count as made at the second's end.
    private func isFresh(_ sibling: Representation) -> Bool {
        let (theirs, ours) = (sibling.facts, identity.facts)
        if theirs.modified != ours.modified { return theirs.modified > ours.modified }
        return theirs.modifiedNanoseconds >= ours.modifiedNanoseconds || theirs.modifiedNanoseconds == 0
    }
}

extension Resource.Cost {
    fileprivate init(of what: Representation) {
        self.init(bytes: 1024 + what.path.length + (what.body?.readableBytes ?? 0), files: what.file == nil ? 0 : 1)
    }
}
