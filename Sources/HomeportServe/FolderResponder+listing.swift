import HomeportHTTP
import HomeportNet
import NIOCore
import NIOPosix

/// A folder without an index, as a page or as JSON.
extension FolderResponder {
    /// A page with more rows than this helps nobody; the rest is said to be missing.
    private static let mostRows = 10_000

    func list(_ folder: OpenFile, _ path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        let query = head.query.map(head.text) ?? ""
        let wantsJSON = ListingForm.wantsJSON(head, query: query)
        let order = ListingForm.order(query)
        let (root, uploads, live) = (root, plan.upload, live != nil)
        // Reading a large folder takes a while, and other connections of this loop should not wait for it.
        let made = NIOThreadPool.singleton.runIfActive(eventLoop: exchange.loop.loop) { () throws -> ByteBuffer in
            var contents = try FolderContents(of: folder, at: path.relative, in: root)
            order.sort(&contents.entries)
            let (display, encoded) = path.segments.isEmpty ? ("/", "/") : (path.display + "/", path.encoded + "/")
            if wantsJSON {
                return ByteBuffer(
                    string: ListingPage.json(
                        folder: display,
                        urlBase: encoded,
                        entries: contents.entries,
                        truncated: contents.isTruncated
                    )
                )
            }
            // Cut after sorting, so that the greatest or newest is on the page whichever came first on disk.
            if contents.entries.count > Self.mostRows {
                contents.entries.removeSubrange(Self.mostRows...)
                contents.isTruncated = true
            }
            let page = ListingPage.html(
                folder: display,
                entries: contents.entries,
                order: order,
                truncated: contents.isTruncated,
                uploads: uploads,
                live: live
            )
            return live ? PageInsert.live.inserted(into: ByteBuffer(string: page)) : ByteBuffer(string: page)
        }
        let bound = NIOLoopBound((self, head, exchange), eventLoop: exchange.loop.loop)
        made.whenComplete { result in
            let (responder, head, exchange) = bound.value
            switch result {
            case .success(let bytes): responder.send(listing: bytes, isJSON: wantsJSON, exchange)
            case .failure(let error as SystemFailure) where error.kind == .denied: responder.denied(head, exchange)
            case .failure: responder.exhausted(exchange)
            }
        }
    }

    private func send(listing bytes: ByteBuffer, isJSON: Bool, _ exchange: any Exchange) {
        var answer = ResponseHead(200, body: .length(Int64(bytes.readableBytes)))
        answer.add("Content-Type", isJSON ? "application/json; charset=utf-8" : "text/html; charset=utf-8")
        var fields = fields
        fields.cache = "no-store"
        fields.vary = "Accept"
        fields.add(to: &answer)
        exchange.answer(answer, bytes)
    }
}
