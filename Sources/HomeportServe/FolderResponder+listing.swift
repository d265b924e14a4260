import HomeportHTTP
import HomeportNet
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder without an index, as a page or as JSON.
extension FolderResponder {
    /// A page with more rows than this helps nobody; the rest is said to be missing.
    private static let mostEntries = 10_000

    func list(_ folder: OpenFile, _ path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        let query = head.query.map(head.text) ?? ""
        let wantsJSON = ListingForm.wantsJSON(head, query: query)
        let order = ListingForm.order(query)
        let encoded = path.segments.isEmpty ? "/" : path.encoded + "/"
        let display = path.segments.isEmpty ? "/" : path.display + "/"
        // Reading a large folder takes a while, and other connections of this loop should not wait for it.
        let made = NIOThreadPool.singleton.runIfActive(eventLoop: exchange.loop.loop) { () -> String? in
            guard var listing = FolderContents.read(folder, most: Self.mostEntries) else { return nil }
            order.sort(&listing.entries)
            return wantsJSON
                ? ListingPage.json(
                    folder: display,
                    urlBase: encoded,
                    entries: listing.entries,
                    truncated: listing.isTruncated
                )
                : ListingPage.html(
                    folder: display,
                    entries: listing.entries,
                    order: order,
                    truncated: listing.isTruncated
                )
        }
        let bound = NIOLoopBound((self, exchange), eventLoop: exchange.loop.loop)
        made.whenComplete { result in
            let (responder, exchange) = bound.value
            guard case .success(let text?) = result else { return responder.exhausted(exchange) }
            responder.send(listing: text, isJSON: wantsJSON, exchange)
        }
    }

    private func send(listing text: String, isJSON: Bool, _ exchange: any Exchange) {
        var answer = ResponseHead(200, body: .length(Int64(text.utf8.count)))
        answer.add("Content-Type", isJSON ? "application/json; charset=utf-8" : "text/html; charset=utf-8")
        answer.add("Cache-Control", "no-store")
        answer.add("Vary", "Accept")
        answer.add("X-Content-Type-Options", "nosniff")
        fields.addCustom(to: &answer)
        exchange.answer(answer, ByteBuffer(string: text))
    }
}

/// How a listing is asked for: `?format=json`, or Accept; `?sort=size&order=desc`.
enum ListingForm {
    static func wantsJSON(_ head: RequestHead, query: String) -> Bool {
        switch value(of: "format", in: query) {
        case "json": return true
        case "html": return false
        default: break
        }
        // The first type that is known decides; browsers send text/html first.
        var answer: Bool?
        head.forEachElement(of: .accept) { element in
            guard answer == nil else { return }
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            let type = element.extracting(element.trimmed(0..<end))
            if type.equalsIgnoringCase("application/json") { answer = true }
            if type.equalsIgnoringCase("text/html") { answer = false }
        }
        return answer ?? false
    }

    static func order(_ query: String) -> ListingOrder {
        ListingOrder(
            key: value(of: "sort", in: query).flatMap(ListingOrder.Key.init) ?? .name,
            descending: value(of: "order", in: query) == "desc"
        )
    }

    private static func value(of key: String, in query: String) -> String? {
        for pair in query.split(separator: "&") where pair.hasPrefix(key + "=") {
            return String(pair.dropFirst(key.count + 1))
        }
        return nil
    }
}

/// What is in a folder, as far as it is served.
enum FolderContents {
    static func read(_ folder: OpenFile, most: Int) -> (entries: [ListingEntry], isTruncated: Bool)? {
        let descriptor = openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        defer { closedir(stream) }
        var entries: [ListingEntry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
                    Array(
                        UnsafeBufferPointer(
                            start: start,
                            count: strnlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), 256)
                        )
                    )
                }
            }
            guard let first = name.first, first != ASCII.dot else { continue }
            if entries.count == most { return (entries, true) }
            if let entry = describe(name, in: descriptor) { entries.append(entry) }
        }
        return (entries, false)
    }

    private static func describe(_ name: [UInt8], in folder: CInt) -> ListingEntry? {
        let path = CPath(name)
        var raw = stat()
        guard path.withPointer({ fstatat(folder, $0, &raw, AT_SYMLINK_NOFOLLOW) }) == 0 else { return nil }
        let isLink = raw.st_mode & S_IFMT == S_IFLNK
        // A link that leads nowhere is shown as what it is: something else.
        if isLink { _ = path.withPointer { fstatat(folder, $0, &raw, 0) } }
        let facts = FileFacts(raw)
        return ListingEntry(
            name: String(decoding: name, as: UTF8.self),
            path: RequestPath.encode(name),
            kind: facts.kind == .folder ? .folder : facts.kind == .file ? .file : .other,
            size: facts.kind == .file ? facts.size : 0,
            modified: facts.modified,
            symlink: isLink
        )
    }
}
