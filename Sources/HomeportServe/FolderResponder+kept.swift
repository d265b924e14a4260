import HomeportHTTP
import HomeportNet
import NIOCore

/// From an open file to a resource that is kept, and from that to the representation that a client wants.
extension FolderResponder {
    /// A file that was found for a request.
    struct Sought {
        /// Its path beneath the root.
        let relative: [UInt8]
        let file: OpenFile
        let facts: FileFacts
        /// See ``Resource/absent``.
        let absent: [CPath]
        /// Under what it is kept; nil for the request's own path.
        var key: ByteBuffer?
        /// nil for the folder's own.
        var policy: FieldPolicy?

        init(_ relative: [UInt8], _ file: OpenFile, _ facts: FileFacts, absent: [CPath] = []) {
            self.relative = relative
            self.file = file
            self.facts = facts
            self.absent = absent
        }
    }

    func found(_ sought: Sought, _ head: RequestHead, _ exchange: any Exchange) {
        let name = sought.relative.split(separator: ASCII.slash).last.map(Array.init) ?? []
        let type = MediaType.of(name)
        let identity = Representation(
            path: root.absolute(sought.relative),
            file: sought.file,
            facts: sought.facts,
            contentType: type,
            policy: sought.policy ?? fields,
            insert: live != nil && type.hasPrefix("text/html") ? .live : nil,
            now: exchange.loop.now
        )
        // A copy, or the key would keep the whole of what the client sent.
        let path = head.fields.bytes.viewBytes(
            at: head.fields.bytes.readerIndex + head.path.lowerBound,
            length: head.path.count
        )
        let key = sought.key ?? path.map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        let resource = Resource(owner: owner, key: key, identity: identity, absent: sought.absent)
        if !identity.isYoung { caches[exchange.loop].value.keep(resource) }
        answer(head, exchange, with: resource)
    }

    func answer(_ head: RequestHead, _ exchange: any Exchange, with resource: Resource) {
        guard head.fields.has(.acceptEncoding), !resource.identity.isRewritten else {
            return send(resource.identity, head, exchange)
        }
        for coding in AcceptedCodings(head).preferred {
            if let sibling = sibling(coding, of: resource, exchange) { return send(sibling, head, exchange) }
        }
        send(resource.identity, head, exchange)
    }

    private func sibling(_ coding: ContentCoding, of resource: Resource, _ exchange: any Exchange) -> Representation? {
        let (sibling, isNew) = resource.sibling(coding) { coding in
            let identity = resource.identity
            let path = CPath(identity.path.bytes + coding.suffix)
            // Looked for before it is opened: most files have none, and a look costs less.
            guard FileFacts(at: path) != nil,
                case .file(let file, let facts) = root.open(root.relative(path))
            else { return nil }
            return Representation(
                path: path,
                file: file,
                facts: facts,
                coding: coding,
                contentType: identity.contentType,
                policy: identity.policy,
                now: exchange.loop.now
            )
        }
        // It weighs more now.
        if isNew, !resource.identity.isYoung { caches[exchange.loop].value.keep(resource) }
        return sibling
    }
}
