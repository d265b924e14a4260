package import HomeportCore

/// A service that runs already, and to which all is passed on.
package struct UpstreamPlan: Sendable, Equatable {
    package var to: Endpoint
    /// Whether it may be beyond this machine.
    package var remote = false

    package init(to: Endpoint) { self.to = to }

    /// As the command line has it.
    /// - Throws: ``HomeportError`` that says what it cannot be.
    package init(parsing text: String, remote: Bool) throws(HomeportError) {
        to = try Self.place(text)
        self.remote = remote
        guard let problem = problem() else { return }
        let fix = problem.fix.replacing("remote: true", with: "--remote")
        throw HomeportError(.badValue, problem.what, fix: fix)
    }

    /// A bare port or address is taken for HTTP.
    package var speaksHTTP: Bool {
        if case .unix = to.place { return false }
        return to.scheme == nil || to.scheme == .http
    }

    package static let keys: [PlanKey<UpstreamPlan>] = [
        PlanKey(
            "to",
            .upstream,
            to: \.to,
            example: "3000",
            "Something that runs already: a port or http://… for HTTP, tcp://127.0.0.1:5432 or unix:/path for anything else."
        ),
        PlanKey("remote", .bool, to: \.remote, example: "true", "Whether it may be beyond this machine."),
    ]

    /// What is wrong with it as a whole.
    func problem() -> (what: String, fix: String)? {
        if !to.isLoopback, !remote {
            return ("\(to) is beyond this machine", "if a test is meant to reach it, say so with remote: true")
        }
        switch to.scheme {
        case .https: return ("https is not in this version of Homeport", "write http://, if it speaks that, too")
        case .udp: return ("a service of UDP is reached by a link", "write it as a link: { to: \(to), listen: 5353 }")
        case .http, .tcp, nil: return nil
        }
    }
}

extension PlanWord where Value == Endpoint {
    fileprivate static let upstream = PlanWord(schema: ["type": ["string", "integer"]]) {
        (text) throws(HomeportError) in try UpstreamPlan.place(text)
    }
}

extension UpstreamPlan {
    fileprivate static func place(_ text: String) throws(HomeportError) -> Endpoint {
        if text.hasPrefix("http://"), let slash = text.dropFirst(7).firstIndex(of: "/") {
            guard text[slash...] == "/" else {
                throw HomeportError(
                    .badValue,
                    "\"\(text)\" has a path",
                    fix: "write \(text[..<slash]): paths stay as they are asked for"
                )
            }
            return try Endpoint(parsing: String(text[..<slash]))
        }
        return try Endpoint(parsing: text)
    }
}
