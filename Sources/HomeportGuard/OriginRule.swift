import HomeportHTTP

/// Whether a request that may change something comes from where it may (cross-site request forgery).
///
/// Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; programs say neither, and are let
/// through, since no web page made them send it. `same-site` is not good enough: to a browser, all ports and all names
/// below `localhost` are one site.
enum OriginRule {
    /// - Parameter origins: Others that may, as browsers send them.
    static func allows(_ head: RequestHead, from origins: Set<String>) -> Bool {
        guard head.fields.count(.origin) <= 1, head.fields.count(.secFetchSite) <= 1 else { return false }
        if !origins.isEmpty, let origin = head.fields.text(.origin), origins.contains(origin.lowercased()) {
            return true
        }
        if let site = head.fields.text(.secFetchSite) { return site == "same-origin" || site == "none" }
        guard let origin = head.fields.text(.origin) else { return true }
        // Only http: there is no TLS in front of this. `null` is the origin of sandboxed frames and of files.
        return origin.lowercased() == "http://" + head.text(head.authority).lowercased()
    }
}
