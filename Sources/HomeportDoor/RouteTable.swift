package import HomeportCore
package import HomeportHTTP

/// Which service answers for which name.
package final class RouteTable: Sendable {
    package struct Route: Sendable {
        package var name: ServiceName
        /// What the service is, for the index: `folder ./public`.
        package var summary: String
        package var responder: any Responder

        package init(name: ServiceName, summary: String, responder: any Responder) {
            self.name = name
            self.summary = summary
            self.responder = responder
        }
    }

    private let byHost: [String: any Responder]
    private let bare: any Responder
    private let routes: [Route]
    private let protect: @Sendable (any Responder) -> any Responder
    private let isAlone: Bool

    /// - Parameters:
    ///   - fallback: Who answers on the bare address; nil lists the services there.
    ///   - control: Answers for `homeport.localhost`, and for nothing else.
    ///   - isAlone: Whether the fallback answers for every name below `localhost`, since nobody else could.
    ///   - protect: Put in front of all that answers, but for control, which has rules of its own.
    package init(
        routes: [Route],
        fallback: ServiceName?,
        control: (any Responder)?,
        isAlone: Bool = false,
        protect: @escaping @Sendable (any Responder) -> any Responder = { $0 }
    ) {
        var byHost: [String: any Responder] = [:]
        for route in routes { byHost[route.name.host] = protect(route.responder) }
        bare = fallback.flatMap { byHost[$0.host] } ?? protect(DoorPage.index(routes))
        byHost[ServiceName.control] = control
        self.byHost = byHost
        self.routes = routes
        self.isAlone = isAlone
        self.protect = protect
    }

    /// - Parameter authority: `host` or `host:port`, already let in by access.
    func responder(for authority: Span<UInt8>) -> any Responder {
        var host = authority.extracting(Authority.host(of: authority))
        if !host.isEmpty, host[host.count - 1] == ASCII.dot { host = host.extracting(0..<host.count - 1) }
        guard host.hasSuffixIgnoringCase(".localhost") else { return bare }
        let name = host.string.lowercased()
        if let known = byHost[name] { return known }
        return isAlone ? bare : protect(DoorPage.unknown(name, among: routes))
    }
}
