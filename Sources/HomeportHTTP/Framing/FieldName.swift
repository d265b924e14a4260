/// The field names that somebody here looks at. Recognised once, while a head is parsed; afterwards a look-up compares
/// one byte instead of text. A name not listed is ``other`` and keeps only its bytes.
package enum FieldName: UInt8, Sendable, CaseIterable {
    case other
    case accept, acceptEncoding, authorization, connection, contentLength, contentRange, contentType, cookie, date,
        expect, forwarded, host
    case ifMatch, ifModifiedSince, ifNoneMatch, ifRange, ifUnmodifiedSince, keepAlive, maxForwards, origin,
        proxyAuthorization
    case proxyConnection, range, referer, secFetchMode, secFetchSite, strictTransportSecurity, te, trailer
    case transferEncoding, upgrade, userAgent, via, xForwardedFor, xForwardedHost, xForwardedProto

    package var text: StaticString {
        switch self {
        case .other: ""
        case .accept: "accept"
        case .acceptEncoding: "accept-encoding"
        case .authorization: "authorization"
        case .connection: "connection"
        case .contentLength: "content-length"
        case .contentRange: "content-range"
        case .contentType: "content-type"
        case .cookie: "cookie"
        case .date: "date"
        case .expect: "expect"
        case .forwarded: "forwarded"
        case .host: "host"
        case .ifMatch: "if-match"
        case .ifModifiedSince: "if-modified-since"
        case .ifNoneMatch: "if-none-match"
        case .ifRange: "if-range"
        case .ifUnmodifiedSince: "if-unmodified-since"
        case .keepAlive: "keep-alive"
        case .maxForwards: "max-forwards"
        case .origin: "origin"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyConnection: "proxy-connection"
        case .range: "range"
        case .referer: "referer"
        case .secFetchMode: "sec-fetch-mode"
        case .secFetchSite: "sec-fetch-site"
        case .strictTransportSecurity: "strict-transport-security"
        case .te: "te"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .userAgent: "user-agent"
        case .via: "via"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedProto: "x-forwarded-proto"
        }
    }

    init(_ name: Span<UInt8>) {
        // Length and first letter leave one or two candidates.
        let first = name.isEmpty ? 0 : name[0] | 0x20
        let candidates: (FieldName, FieldName) =
            switch (name.count, first) {
            case (2, 0x74): (.te, .te)
            case (3, 0x76): (.via, .via)
            case (4, 0x64): (.date, .date)
            case (4, 0x68): (.host, .host)
            case (5, 0x72): (.range, .range)
            case (6, 0x61): (.accept, .accept)
            case (6, 0x63): (.cookie, .cookie)
            case (6, 0x65): (.expect, .expect)
            case (6, 0x6F): (.origin, .origin)
            case (7, 0x72): (.referer, .referer)
            case (7, 0x74): (.trailer, .trailer)
            case (7, 0x75): (.upgrade, .upgrade)
            case (8, 0x69): (.ifMatch, .ifRange)
            case (9, 0x66): (.forwarded, .forwarded)
            case (10, 0x63): (.connection, .connection)
            case (10, 0x6B): (.keepAlive, .keepAlive)
            case (10, 0x75): (.userAgent, .userAgent)
            case (12, 0x63): (.contentType, .contentType)
            case (12, 0x6D): (.maxForwards, .maxForwards)
            case (13, 0x61): (.authorization, .authorization)
            case (13, 0x63): (.contentRange, .contentRange)
            case (13, 0x69): (.ifNoneMatch, .ifNoneMatch)
            case (14, 0x63): (.contentLength, .contentLength)
            case (14, 0x73): (.secFetchMode, .secFetchSite)
            case (15, 0x61): (.acceptEncoding, .acceptEncoding)
            case (15, 0x78): (.xForwardedFor, .xForwardedFor)
            case (16, 0x70): (.proxyConnection, .proxyConnection)
            case (16, 0x78): (.xForwardedHost, .xForwardedHost)
            case (17, 0x69): (.ifModifiedSince, .ifModifiedSince)
            case (17, 0x74): (.transferEncoding, .transferEncoding)
            case (17, 0x78): (.xForwardedProto, .xForwardedProto)
            case (19, 0x70): (.proxyAuthorization, .proxyAuthorization)
            case (19, 0x69): (.ifUnmodifiedSince, .ifUnmodifiedSince)
            case (25, 0x73): (.strictTransportSecurity, .strictTransportSecurity)
            default: (.other, .other)
            }
        if candidates.0 != .other, name.equalsIgnoringCase(candidates.0.text) {
            self = candidates.0
        } else if candidates.1 != candidates.0, name.equalsIgnoringCase(candidates.1.text) {
            self = candidates.1
        } else {
            self = .other
        }
    }
}

/// A set of known names, as bits.
package struct FieldNames: Sendable, ExpressibleByArrayLiteral {
    let bits: UInt64

    package init(arrayLiteral names: FieldName...) {
        bits = names.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    @inline(__always)
    package func contains(_ name: FieldName) -> Bool { bits >> UInt64(name.rawValue) & 1 == 1 }
}
