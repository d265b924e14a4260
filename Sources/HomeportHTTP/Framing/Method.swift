/// The request methods that Homeport knows (RFC 9110, section 9, and RFC 5789). Any other token is ``other``.
package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"
    case connect = "CONNECT"
    /// A well-formed token that is none of the above: 501 for who must understand it.
    case other = ""

    /// Methods are case-sensitive: `get` is not GET.
    init(_ token: Span<UInt8>) {
        self =
            switch token.count {
            case 3 where token.equals("GET"): .get
            case 3 where token.equals("PUT"): .put
            case 4 where token.equals("HEAD"): .head
            case 4 where token.equals("POST"): .post
            case 5 where token.equals("PATCH"): .patch
            case 5 where token.equals("TRACE"): .trace
            case 6 where token.equals("DELETE"): .delete
            case 7 where token.equals("OPTIONS"): .options
            case 7 where token.equals("CONNECT"): .connect
            default: .other
            }
    }

    package var isGetOrHead: Bool { self == .get || self == .head }

    /// Asks for nothing to be changed (RFC 9110, section 9.2.1).
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        default: false
        }
    }
}
