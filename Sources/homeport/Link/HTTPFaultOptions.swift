import ArgumentParser
import HomeportCore
import HomeportLink

/// What goes wrong with requests of HTTP.
struct HTTPFaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            HTTP/1.1 only: what goes wrong with some requests, as in '{ path: /orders/*, every: 3, status: 503 }'. May be \
            repeated.
            """,
            valueName: "fault"
        )
    )
    var http: [String] = []

    /// - Returns: nil where nothing was said; none for `off`.
    func read() throws -> [HTTPFault]? {
        if http.isEmpty { return nil }
        if http == ["off"] { return [] }
        return try http.map { text in
            var problems: [HomeportError] = []
            let node = try PlanNode(parsing: text, file: "--http")
            guard node.isMapping else {
                throw HomeportError(
                    .badValue,
                    "\"\(text)\" is no fault",
                    where: "--http",
                    fix: "write it as in --http '{ path: /pay, status: 503 }'"
                )
            }
            let fault = HTTPFault.read(node, problems: &problems)
            if let first = problems.first { throw first }
            return fault
        }
    }
}
