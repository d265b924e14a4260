import HomeportHTTP

/// In which form the door's own words are wanted.
enum PageForm {
    case html, json, text

    /// A page for who names HTML, JSON for who names that and no page, text for all others.
    init(for head: RequestHead) {
        var (html, json) = (false, false)
        head.forEachAcceptedType { type in
            if type.equalsIgnoringCase("text/html") { html = true }
            if type.equalsIgnoringCase("application/json") { json = true }
        }
        self = html ? .html : json ? .json : .text
    }

    var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .json: "application/json"
        case .text: "text/plain; charset=utf-8"
        }
    }
}

extension ResponseHead {
    /// Of the door's own words, which nobody keeps.
    static func page(_ status: Int, _ form: PageForm, length: Int) -> ResponseHead {
        var head = ResponseHead(status, body: .length(Int64(length)))
        head.add("Content-Type", form.contentType)
        head.add("Cache-Control", "no-store")
        head.add("Vary", "Accept")
        head.add("X-Content-Type-Options", "nosniff")
        if form == .html {
            head.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'")
        }
        return head
    }
}
