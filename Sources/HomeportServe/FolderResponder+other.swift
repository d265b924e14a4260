import HomeportHTTP
import NIOCore

/// Answers that are not a file.
extension FolderResponder {
    private var allowed: String { plan.upload ? "GET, HEAD, OPTIONS, PUT" : "GET, HEAD, OPTIONS" }

    func notFound(_ head: RequestHead, _ exchange: any Exchange) {
        finish(404, "nothing is served at \(head.text(head.path))", exchange)
    }

    func denied(_ head: RequestHead, _ exchange: any Exchange) {
        finish(403, "Homeport has no permission to read \(head.text(head.path))", exchange)
    }

    func exhausted(_ exchange: any Exchange) {
        finish(503, "no file can be opened just now: the process is out of descriptors", exchange) {
            $0.add("Retry-After", "1")
        }
    }

    func refuseMethod(_ exchange: any Exchange) {
        finish(405, "this folder answers \(allowed)", exchange) { $0.add("Allow", self.allowed) }
    }

    func finish(
        _ status: Int,
        _ detail: String,
        _ exchange: any Exchange,
        _ more: (inout ResponseHead) -> Void = { _ in }
    ) {
        var (head, body) = ResponseHead.text(status, "\(status) \(Status.phrase(status)): \(detail)\n")
        more(&head)
        fields.addCustom(to: &head)
        exchange.answer(head, body)
    }

    /// What may be asked here, and the answer to a browser's preflight (Fetch standard, CORS protocol).
    func options(_ head: RequestHead, _ exchange: any Exchange) {
        var answer = ResponseHead(204, body: .none)
        answer.add("Allow", allowed)
        if plan.cors != nil {
            // Pages of other origins may read; access lets none of them change anything.
            answer.add("Access-Control-Allow-Methods", "GET, HEAD")
            // The star leaves Authorization out, as the standard has it.
            answer.add("Access-Control-Allow-Headers", "*, Authorization")
            answer.add("Access-Control-Max-Age", "600")
        }
        fields.addCustom(to: &answer)
        exchange.answer(answer, nil)
    }

    /// To the same path with a slash, so that the page's relative links mean what they say. Path-absolute, made from the
    /// decoded path: no spelling of the target can turn it into another host's address.
    func redirect(to path: RequestPath, _ head: RequestHead, _ exchange: any Exchange) {
        var answer = ResponseHead(308, body: .length(0))
        answer.addIfClean("Location", path.encoded + "/" + (head.query.map { "?" + kept(head, $0) } ?? ""))
        var fields = fields
        fields.vary = nil
        fields.add(to: &answer)
        exchange.answer(answer, nil)
    }

    /// A query as it came, but for bytes that are no ASCII: those a browser would have encoded.
    private func kept(_ head: RequestHead, _ query: Range<Int>) -> String {
        var text = ""
        head.with(query) { bytes in
            for index in 0..<bytes.count {
                if bytes[index] < 0x80 {
                    text.unicodeScalars.append(Unicode.Scalar(bytes[index]))
                } else {
                    text += RequestPath.encode([bytes[index]])
                }
            }
        }
        return text
    }
}
