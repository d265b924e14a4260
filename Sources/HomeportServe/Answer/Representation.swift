import HomeportCore
import HomeportHTTP
import HomeportNet
import NIOCore

/// One encoding of one file, ready to be sent: the head of its 200 is built once, and its bytes are kept if they are few.
final class Representation {
    let path: CPath
    let facts: FileFacts
    let coding: ContentCoding?
    let contentType: String
    let tag: EntityTag
    /// Last-Modified, in seconds; nil for a file whose time means nothing, as reproducible builds leave it at 0 or 1.
    let modified: Int64?
    let whole: ResponseHead
    /// The whole content, where it is kept.
    let body: ByteBuffer?
    /// Open where the content is not kept.
    let file: OpenFile?
    /// Two changes within the file system's clock cannot be told apart: a file that changed just now is not kept.
    let isYoung: Bool

    static let youth: Int64 = 2

    init(
        path: CPath,
        file: OpenFile,
        facts: FileFacts,
        coding: ContentCoding?,
        contentType: String,
        policy: FieldPolicy,
        keepBelow limit: Int,
        now: Int64
    ) {
        self.path = path
        self.facts = facts
        self.coding = coding
        self.contentType = contentType
        isYoung = now - max(facts.modified, facts.changed) < Self.youth
        tag = Self.tag(facts, coding: coding, isWeak: isYoung)
        // Never later than Date (RFC 9110, section 8.8.2.1).
        modified = facts.modified <= 1 ? nil : min(facts.modified, now)
        let kept = facts.size <= limit ? Self.read(file, count: Int(facts.size)) : nil
        body = kept
        self.file = kept == nil ? file : nil
        var head = ResponseHead(200, body: .length(facts.size))
        Self.describe(contentType, coding, tag, modified, policy, in: &head)
        whole = head
    }

    /// What 200 and 206 share.
    static func describe(
        _ contentType: String,
        _ coding: ContentCoding?,
        _ tag: EntityTag,
        _ modified: Int64?,
        _ policy: FieldPolicy,
        in head: inout ResponseHead
    ) {
        head.add("Content-Type", contentType)
        if let coding { head.add("Content-Encoding", String(describing: coding.name)) }
        head.add("Accept-Ranges", "bytes")
        validate(tag, modified, policy, in: &head)
    }

    /// What 304 has of them (RFC 9110, section 15.4.5), and 416 and 412 too.
    static func validate(_ tag: EntityTag, _ modified: Int64?, _ policy: FieldPolicy, in head: inout ResponseHead) {
        head.add("ETag", tag.text)
        if let modified { head.add("Last-Modified", HTTPDate.text(modified)) }
        policy.add(to: &head)
    }

    /// Strong, since time to the nanosecond, size and inode together change with every change that the file system's
    /// clock can see; each encoding has its own (RFC 9110, section 8.8.3.3).
    private static func tag(_ facts: FileFacts, coding: ContentCoding?, isWeak: Bool) -> EntityTag {
        let time = UInt64(bitPattern: facts.modified &* 1_000_000_000 &+ facts.modifiedNanoseconds)
        let text =
            "\"\(String(time, radix: 36))-\(String(facts.size, radix: 36))-\(String(facts.inode, radix: 36))"
            + (coding.map { "-\(String(describing: $0.name))" } ?? "") + "\""
        return EntityTag(opaque: Array(text.utf8), isWeak: isWeak)
    }

    private static func read(_ file: OpenFile, count: Int) -> ByteBuffer? {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        guard file.read(0..<Int64(count), into: &buffer) else { return nil }
        return buffer
    }
}
