package import HomeportHTTP

/// Whether a request that may change something comes from where it may (cross-site request forgery).
///
/// Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; programs say neither, and are let
/// through, since no web page made them send it. `same-site` is not good enough: to a browser, all ports and all names
/// below `localhost` are one site.
package struct OriginRule: Sendable, Hashable {
    private let written: Set<String>
    private let hosts: Set<String>

    /// Beside the origin that is asked itself:
    /// - Parameters:
    ///   - written: As browsers send them.
    ///   - hosts: Names at the port that is asked.
    package init(written: Set<String> = [], hosts: Set<String> = []) { (self.written, self.hosts) = (written, hosts) }

    package func allows(_ head: RequestHead) -> Bool {
        guard head.fields.count(.origin) <= 1, head.fields.count(.secFetchSite) <= 1 else { return false }
        let origin = head.fields.text(.origin)?.lowercased()
        if let origin, isListed(origin, head) { return true }
        if let site = head.fields.text(.secFetchSite) { return site == "same-origin" || site == "none" }
        guard let origin else { return true }
        // Only http: there is no TLS in front of this. `null` is the origin of sandboxed frames and of files.
        return origin == "http://" + head.text(head.authority).lowercased()
    }

    private func isListed(_ origin: String, _ head: RequestHead) -> Bool {
        if written.contains(origin) { return true }
        guard !hosts.isEmpty, origin.hasPrefix("http://") else { return false }
        let port = head.with(head.authority) { $0.extracting(Authority.host(of: $0).upperBound...).string }
        let host = origin.dropFirst("http://".count)
        return host.hasSuffix(port) && hosts.contains(String(host.dropLast(port.count)))
    }
}
