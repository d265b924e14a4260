package import HomeportCore
package import HomeportHTTP

/// Which service answers for which name, and for which paths below it.
package final class RouteTable: Sendable {
    package struct Route: Sendable {
        package var name: ServiceName
        /// Where it answers: `api.localhost`.
        package var host: String
        /// What the service is, for the index: `folder ./public`.
        package var summary: String
        package var responder: any Responder
        package var program: Program?
        /// Paths that another service answers on this one's name.
        package var paths: [PathRoute] = []
        /// Other names that it has.
        package var names: [DoorName] = []

        package init(name: ServiceName, summary: String, responder: any Responder) {
            self.name = name
            host = name.host
            self.summary = summary
            self.responder = responder
        }
    }

    struct Answerer: Sendable {
        let responder: any Responder
        /// Nil for the door itself.
        var service: String?
    }

    /// What answers for one name.
    struct Place: Sendable {
        let answerer: Answerer
        /// Another project may answer for it instead.
        var isShared = false
        /// The longest first.
        var paths: [(prefix: [UInt8], answerer: Answerer)] = []

        func answerer(for path: Span<UInt8>) -> Answerer {
            for (prefix, answerer) in paths where Self.isBelow(path, prefix) { return answerer }
            return answerer
        }

        /// `/api` is for `/api` and all below it, and not for `/apis`.
        private static func isBelow(_ path: Span<UInt8>, _ prefix: [UInt8]) -> Bool {
            guard path.count >= prefix.count else { return false }
            for index in prefix.indices where path[index] != prefix[index] { return false }
            return path.count == prefix.count || prefix.last == ASCII.slash || path[prefix.count] == ASCII.slash
        }
    }

    private let byHost: [String: Place]
    /// Of all names below another one, without the star: `.api.localhost`.
    private let below: [(suffix: String, place: Place)]
    private let bare: Place
    private let routes: [Route]
    private let tunnels: (any Responder)?
    private let protect: @Sendable (any Responder, ServiceName?) -> any Responder
    private let isAlone: Bool
    private let neighbours: Neighbours?

    /// - Parameters:
    ///   - fallback: Who answers on the bare address; nil lists the services there.
    ///   - control: Answers for `homeport.localhost`, and for nothing else.
    ///   - tunnels: Answers CONNECT.
    ///   - isAlone: Whether the fallback answers for every name below `localhost`, since nobody else could.
    ///   - shared: Hosts that another project has as long as it runs.
    ///   - neighbours: The other projects behind this door.
    ///   - protect: Put in front of all that answers, for a service or none, but for control and tunnels, which have rules of their own.
    package init(
        routes: [Route],
        fallback: ServiceName?,
        control: (any Responder)?,
        tunnels: (any Responder)? = nil,
        isAlone: Bool = false,
        shared: Set<String> = [],
        neighbours: Neighbours? = nil,
        protect: @escaping @Sendable (any Responder, ServiceName?) -> any Responder = { next, _ in next }
    ) {
        let guarded = Dictionary(
            uniqueKeysWithValues: routes.map {
                ($0.name, Answerer(responder: protect($0.responder, $0.name), service: $0.name.text))
            }
        )
        var byHost: [String: Place] = [:]
        var below: [(String, Place)] = []
        for route in routes {
            guard let answerer = guarded[route.name] else { continue }
            var place = Place(answerer: answerer)
            place.paths = route.paths.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
                .compactMap { path in guarded[path.service].map { (Array(path.prefix.utf8), $0) } }
            place.isShared = shared.contains(route.host)
            byHost[route.host] = place
            if route.name == fallback { byHost[DoorEntry.bare] = place }
            for name in route.names {
                // Below a name that is one project's, another may have a name that is written out.
                place.isShared = name.isWild || shared.contains(name.host)
                if name.isWild { below.append((name.suffix, place)) } else { byHost[name.host] = place }
            }
        }
        func own(_ responder: any Responder) -> Answerer { Answerer(responder: responder) }
        var bare = byHost[DoorEntry.bare] ?? Place(answerer: own(protect(IndexPage(routes, neighbours), nil)))
        // Who has a default answers there, instead of a list.
        bare.paths.append((Array(ProxyScript.path.utf8), own(protect(ProxyScript(), nil))))
        bare.isShared = byHost[DoorEntry.bare] == nil || shared.contains(DoorEntry.bare)
        self.bare = bare
        byHost[ServiceName.control] = control.map {
            Place(answerer: own($0), isShared: shared.contains(ServiceName.control))
        }
        self.neighbours = neighbours
        self.byHost = byHost
        self.below = below.sorted { $0.0.utf8.count > $1.0.utf8.count }
        self.routes = routes
        self.tunnels = tunnels
        self.isAlone = isAlone
        self.protect = protect
    }

    /// The socket of another project that is to have the connection; nil where this one answers.
    func elsewhere(_ head: RequestHead) -> String? {
        guard let neighbours else { return nil }
        return neighbours.other(for: head.with(head.authority, Self.host))
    }

    /// - Parameter head: Already let in by access.
    func answerer(for head: RequestHead, at place: Place) -> Answerer {
        if head.method == .connect, let tunnels { return Answerer(responder: tunnels) }
        return place.paths.isEmpty ? place.answerer : head.with(head.path, place.answerer(for:))
    }

    func place(for authority: Span<UInt8>) -> Place {
        let name = Self.host(authority)
        if name == DoorEntry.bare { return bare }
        if let known = byHost[name] { return known }
        if let known = below.first(where: { name.hasSuffix($0.suffix) }) { return known.place }
        return isAlone
            ? bare
            : Place(
                answerer: Answerer(responder: protect(IndexPage(routes, neighbours, unknown: name), nil)),
                isShared: true
            )
    }

    /// In lower case; all that is no name below `localhost` is the bare address.
    private static func host(_ authority: Span<UInt8>) -> String {
        let host = authority.extracting(Authority.name(of: authority))
        return host.hasSuffixIgnoringCase(".localhost") ? host.string.lowercased() : DoorEntry.bare
    }
}
