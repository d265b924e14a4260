/// Why a request is not answered as it asks: a status, a stable code for logs, and a sentence for the person.
package struct Refusal: Error, Sendable, Hashable {
    package var status: Int
    /// `host.foreign`, `framing.length`: what to search for.
    package var code: StaticCode
    package var detail: String

    package init(_ status: Int, _ code: StaticCode, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// A constant text that can be compared.
    package struct StaticCode: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
        package let description: String
        package init(stringLiteral value: String) { description = value }
    }
}

extension Refusal {
    static func malformed(_ code: StaticCode, _ detail: String) -> Refusal { Refusal(400, code, detail) }
}
