import HomeportHTTP

/// Whether a request's conditions let it be answered (RFC 9110, section 13.2.2), in the order that the RFC fixes:
/// If-Match, else If-Unmodified-Since; then If-None-Match, else If-Modified-Since.
///
/// Asked only where the plain answer would be 200: a 404 or a redirect ignores conditions.
enum Preconditions {
    enum Verdict: Equatable {
        case proceed
        /// 304: the client has it already.
        case notModified
        /// 412: it is not what the client thinks it is.
        case failed
    }

    /// Those that speak of the present file, whatever is asked of it.
    static let fields: FieldNames = [.ifMatch, .ifUnmodifiedSince, .ifNoneMatch, .ifModifiedSince]

    /// - Parameter modified: Seconds since 1970; nil where the file's time means nothing.
    static func judge(_ head: RequestHead, tag: EntityTag, modified: Int64?, now: Int64) -> Verdict {
        if head.fields.has(.ifMatch) {
            guard matches(head, .ifMatch, tag, strongly: true) else { return .failed }
        } else if let since = date(head, .ifUnmodifiedSince, now), let modified, modified > since {
            return .failed
        }
        if head.fields.has(.ifNoneMatch) {
            guard matches(head, .ifNoneMatch, tag, strongly: false) else { return .proceed }
            return head.method.isGetOrHead ? .notModified : .failed
        }
        if head.method.isGetOrHead, let since = date(head, .ifModifiedSince, now), let modified {
            return modified <= since ? .notModified : .proceed
        }
        return .proceed
    }

    /// The same where there is nothing yet, and PUT would create it: nothing matches, and no date applies.
    static func judgeAbsent(_ head: RequestHead) -> Verdict { head.fields.has(.ifMatch) ? .failed : .proceed }

    /// Whether If-Range lets a range be sent; without the field it does. A date counts only as a strong validator: equal
    /// to Last-Modified, and older than the file's own clock can be wrong (RFC 9110, sections 8.8.2.2 and 13.1.5).
    static func allowsRange(_ head: RequestHead, tag: EntityTag, modified: Int64?, now: Int64) -> Bool {
        guard let range = head.fields.first(.ifRange) else { return true }
        return head.with(range) { value in
            if !value.isEmpty, value[0] == ASCII.quote || value[0] == 0x57 && value.count > 2 && value[1] == ASCII.slash
            {
                return tag.matches(value, strongly: true)
            }
            guard let date = HTTPDate.parse(value.string, now: now), let modified else { return false }
            return date == modified && !tag.isWeak
        }
    }

    private static func matches(_ head: RequestHead, _ name: FieldName, _ tag: EntityTag, strongly: Bool) -> Bool {
        head.fields.lines.contains { field in
            field.name == name && head.with(field.valueRange) { tag.isIn($0, strongly: strongly) }
        }
    }

    private static func date(_ head: RequestHead, _ name: FieldName, _ now: Int64) -> Int64? {
        head.fields.text(name).flatMap { HTTPDate.parse($0, now: now) }
    }
}
