import HomeportHTTP
import HomeportNet
import NIOCore

/// One encoding of one file, ready to be sent: the head of its 200 is built once, and its bytes are kept if they are few.
final class Representation {
    let path: CPath
    let facts: FileFacts
    let coding: ContentCoding?
    let contentType: String
    let policy: FieldPolicy
    let tag: EntityTag
    /// Last-Modified, in seconds.
    let modified: Int64?
    /// Bytes as they are sent.
    let size: Int64
    let whole: ResponseHead
    /// The whole content, where it is kept.
    let body: ByteBuffer?
    /// Open where the content is not kept.
    let file: OpenFile?
    /// What is sent is not what the file holds: no parts of it, and no precompressed sibling, can be sent.
    let isRewritten: Bool
    /// A file that changed just now is not kept.
    let isYoung: Bool

    /// Files up to this are kept in memory; larger ones are kept open.
    private static let smallFile = 64 << 10

    init(
        path: CPath,
        file: OpenFile,
        facts: FileFacts,
        coding: ContentCoding? = nil,
        contentType: String,
        policy: FieldPolicy,
        insert: PageInsert? = nil,
        now: Int64
    ) {
        self.path = path
        self.facts = facts
        self.coding = coding
        self.contentType = contentType
        isYoung = facts.isYoung(now)
        let inserted = insert?.read(file, size: facts.size)
        let kept = inserted ?? (facts.size <= Self.smallFile ? file.readAll(facts.size) : nil)
        isRewritten = inserted != nil
        body = kept
        self.file = kept == nil ? file : nil
        size = inserted.map { Int64($0.readableBytes) } ?? facts.size
        tag = EntityTag(of: facts, variant: inserted == nil ? coding?.name : insert?.variant, isWeak: isYoung)
        modified = facts.lastModified(now)
        var policy = policy
        if inserted != nil { policy.vary = nil }
        self.policy = policy
        var head = ResponseHead(200, body: .length(size))
        Self.describe(
            contentType,
            coding,
            acceptsRanges: inserted == nil,
            tag: tag,
            modified: modified,
            policy,
            in: &head
        )
        whole = head
    }

    /// The head of 304: no content, and what 200 would have said of it (RFC 9110, section 15.4.5).
    lazy var unchanged: ResponseHead = {
        var head = ResponseHead(304, body: .none)
        Self.validate(tag, modified, policy, in: &head)
        return head
    }()

    /// Adds what 200 and 206 share.
    /// - Parameter contentType: The part's own, where several parts travel in one.
    func describe(as contentType: String? = nil, in head: inout ResponseHead) {
        Self.describe(
            contentType ?? self.contentType,
            coding,
            acceptsRanges: !isRewritten,
            tag: tag,
            modified: modified,
            policy,
            in: &head
        )
    }

    /// Adds what 304 has of them, and 416 and 412 too.
    func validate(in head: inout ResponseHead) { Self.validate(tag, modified, policy, in: &head) }

    private static func describe(
        _ contentType: String,
        _ coding: ContentCoding?,
        acceptsRanges: Bool,
        tag: EntityTag,
        modified: Int64?,
        _ policy: FieldPolicy,
        in head: inout ResponseHead
    ) {
        head.add("Content-Type", contentType)
        if let coding { head.add("Content-Encoding", String(describing: coding.name)) }
        head.add("Accept-Ranges", acceptsRanges ? "bytes" : "none")
        validate(tag, modified, policy, in: &head)
    }

    private static func validate(
        _ tag: EntityTag,
        _ modified: Int64?,
        _ policy: FieldPolicy,
        in head: inout ResponseHead
    ) {
        head.add("ETag", tag.text)
        if let modified { head.add("Last-Modified", HTTPDate.text(modified)) }
        policy.add(to: &head)
    }
}

extension OpenFile {
    /// - Returns: nil if the file has become shorter.
    func readAll(_ size: Int64) -> ByteBuffer? {
        var buffer = ByteBufferAllocator().buffer(capacity: Int(size))
        return read(0..<size, into: &buffer) ? buffer : nil
    }
}
