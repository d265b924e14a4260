import HomeportHTTP

/// How a listing is asked for: `?format=json`, or Accept; `?sort=size&order=desc`.
enum ListingForm {
    static func wantsJSON(_ head: RequestHead, query: String) -> Bool {
        switch value(of: "format", in: query) {
        case "json": return true
        case "html": return false
        default: break
        }
        // A browser never names JSON here; who names it means it, unless a page is liked better.
        var best: (quality: Int, isJSON: Bool) = (0, false)
        head.fields.forEachElement(of: .accept) { element in
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            let type = element.extracting(element.trimmed(0..<end))
            let isJSON = type.equalsIgnoringCase("application/json")
            guard isJSON || type.equalsIgnoringCase("text/html") else { return }
            let quality = Quality.read(element.extracting(end...))
            if quality > best.quality { best = (quality, isJSON) }
        }
        return best.isJSON
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
