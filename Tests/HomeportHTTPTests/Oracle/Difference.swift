import HomeportHTTP
import NIOHTTP1

/// A difference between this module and llhttp that is meant, with the rule that asks for it.
///
/// Where we refuse and llhttp does not, the rule makes one reading the only one. Where we accept and llhttp does not, the
/// RFC says that a recipient may or must.
enum Difference: String, CaseIterable {
    // We refuse.
    case bareLineFeed = "RFC 9112, 2.2: a recipient MAY take LF alone for a line's end; llhttp does before a request"
    case emptyLines = "RFC 9112, 2.2: one CRLF before a request is forgiven, llhttp skips any CR and LF"
    case otherProtocols = "RTSP and ICE are other protocols; llhttp reads them, too"
    case blanksAroundTarget = "RFC 9112, 3: one space before the target and one behind; llhttp takes more"
    case relativeTarget =
        "RFC 9112, 3.2: four forms of a target, of which one fits each method; llhttp looks at few bytes"
    case foreignAuthority =
        "RFC 9110, 4.2.1 and 4.2.4: an http target has a host, and no user in it; llhttp does not look"
    case host = "RFC 9112, 3.2: no Host, more than one, or one that is no host: 400; llhttp does not look"
    case lengthBeyondSigned = "Content-Length is at most 2^63-1, as file sizes are; llhttp counts to 2^64-1"
    case emptyCoding =
        "RFC 9112, 6.1: a Transfer-Encoding that names nothing leaves the length in doubt; llhttp passes it over"
    case unknownCoding =
        "RFC 9112, 6.1: 501 for a coding that is not understood; llhttp takes any that ends in chunked, or reads to the end"
    case codingInHTTP10 = "RFC 9112, 6.1: Transfer-Encoding in HTTP/1.0 is faulty framing; llhttp takes it"
    case longChunkSize = "a chunk's size has at most 15 digits, so that it fits; llhttp takes leading zeros and 2^64-1"
    case chunkedAndMore =
        "RFC 9112, 6.1: chunked is named once and last; llhttp knows no tab behind it and passes it over"
    case controlInExtension = "RFC 9110, 5.6.4: no DEL in a quoted string; llhttp takes it in a chunk extension's"
    case connectWithBody = "RFC 9110, 9.3.6: CONNECT has no body; llhttp takes what follows for the tunnel's"
    case expectation = "RFC 9110, 10.1.1: 417 for an expectation that is not understood; llhttp does not look"

    // We accept.
    case anyMethod = "RFC 9110, 9.1: a method is any token, answered with 501; llhttp has a list"
    case higherMinor = "RFC 9110, 2.5: a higher minor version is read as the highest known; llhttp has a list"
    case bytesInTarget = "a path is bytes; llhttp wants ASCII"
    case sameLengthTwice = "RFC 9110, 8.6: a repeated Content-Length of the same value MAY be taken for one"
    case emptyListElement =
        "RFC 9110, 5.6.1.2: a recipient MUST pass over empty list elements, in Transfer-Encoding as elsewhere"
    case blankBeforeExtension = "RFC 9112, 7.1.1: blanks before a chunk extension MUST be parsed and removed"
    case anyExtension =
        "RFC 9112, 7.1.1: unknown chunk extensions MUST be ignored: only CR, LF and controls are looked for in them"
    case framingInTrailer = "RFC 9110, 6.5.1: trailers are dropped, never merged; llhttp reads framing from them"

    case tabBehindValue =
        "RFC 9110, 5.6.3: tabs are optional whitespace as spaces are; llhttp takes them for a part of some values"

    // We differ about the end.
    case proxyConnection = "RFC 9112, C.2.2: Proxy-Connection means nothing here; llhttp takes it for Connection"
    case quotedOption =
        "RFC 9110, 5.6.4: a comma inside quotes does not separate; llhttp does not know quotes in Connection"
    case closeWins = "RFC 9112, 9.6: close is close, whatever else is named; llhttp lets the last line win"

    /// - Parameters:
    ///   - head: The head that the step is, or belongs to.
    ///   - last: The head before the step.
    func explains(
        _ ours: Reading.Step,
        _ theirs: Reading.Step,
        in head: Reading.Head?,
        after last: Reading.Head?
    ) -> Bool {
        if case .refused(.ours(let refusal)) = ours, theirs != .stopped { return explains(refusal) }
        switch self {
        case .anyMethod: return isHead(ours) && theirs == .refused(.theirs(.invalidMethod))
        case .higherMinor: return isHead(ours) && theirs == .refused(.theirs(.invalidVersion))
        case .bytesInTarget:
            return theirs == .refused(.theirs(.invalidURL)) && head?.target.utf8.contains { $0 >= 0x80 } == true
        case .sameLengthTwice:
            return theirs == .refused(.theirs(.unexpectedContentLength))
                && head?.values("content-length").count ?? 0 > 1
        case .emptyListElement:
            return theirs == .refused(.theirs(.unknown)) && isHead(ours)
                && head?.values("transfer-encoding").contains { $0.contains(",") } == true
        case .blankBeforeExtension:
            return isChunked(last) && !isHead(ours) && theirs == .refused(.theirs(.invalidChunkSize))
        case .anyExtension:
            return isChunked(last) && !isHead(ours) && theirs == .refused(.theirs(.strictModeAssertion))
        case .framingInTrailer:
            guard isChunked(last) else { return false }
            switch theirs {
            case .refused(.theirs(.invalidContentLength)), .refused(.theirs(.unexpectedContentLength)):
                return !isHead(ours)
            case .refused(.theirs(.unknown)): return !isHead(ours)
            case .refused(.theirs(.closedConnection)): return true
            default: return false
            }
        case .tabBehindValue:
            return isHead(ours) && theirs == .refused(.theirs(.invalidContentLength))
                || ours == .stopped && last?.values("connection").isEmpty == false
        case .quotedOption: return last?.values("connection").contains { $0.contains("\"") } == true && theirs.isEnd
        case .proxyConnection: return last?.values("proxy-connection").isEmpty == false && theirs.isEnd
        case .closeWins:
            let options = last?.values("connection") ?? []
            return ours == .stopped && options.contains { $0.contains("close") }
                && options.contains { $0.contains("keep-alive") }
        default: return false
        }
    }

    private func explains(_ refusal: Refusal) -> Bool {
        switch self {
        case .bareLineFeed: refusal.code == "framing.bare-lf"
        case .emptyLines: refusal.code == "framing.request-line" && refusal.detail.contains("does not start")
        case .otherProtocols: refusal.code == "framing.version" && refusal.status == 400
        case .blanksAroundTarget: refusal.code == "framing.target" && refusal.detail.contains("blank")
        case .relativeTarget:
            refusal.code == "framing.target" && !refusal.detail.contains("blank")
                && !refusal.detail.contains("authority")
        case .foreignAuthority: refusal.code == "framing.target" && refusal.detail.contains("authority")
        case .host: refusal.code == "framing.host"
        case .lengthBeyondSigned: refusal.code == "framing.length" && refusal.detail.contains("not a number")
        case .emptyCoding:
            refusal.code == "framing.coding" && refusal.detail.contains("nothing") || refusal.detail.contains("beside")
        case .unknownCoding: refusal.status == 501
        case .codingInHTTP10: refusal.code == "framing.coding" && refusal.detail.contains("1.0")
        case .longChunkSize: refusal.code == "framing.chunk" && refusal.detail.contains("too large")
        case .chunkedAndMore: refusal.code == "framing.coding" && refusal.detail.hasPrefix("chunked is")
        case .controlInExtension: refusal.code == "framing.chunk" && refusal.detail.contains("extension")
        case .connectWithBody: refusal.code == "framing.connect"
        case .expectation: refusal.status == 417
        default: false
        }
    }

    private func isHead(_ step: Reading.Step) -> Bool { if case .head = step { true } else { false } }
    private func isChunked(_ head: Reading.Head?) -> Bool { head?.values("transfer-encoding").isEmpty == false }
}

extension Reading.Step {
    /// Nothing more is read, because of what was said before.
    var isEnd: Bool { self == .stopped || self == .refused(.theirs(.closedConnection)) }
}

extension Reading.Head {
    func values(_ name: String) -> [String] {
        fields.map { $0.lowercased() }.filter { $0.hasPrefix("\(name):") }
    }
}
