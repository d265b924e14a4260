import HomeportHTTP

/// A file's precompressed sibling, and the coding that it stands for: `app.js.br` beside `app.js`.
enum ContentCoding: UInt8, CaseIterable {
    // In order of preference where a client likes them equally: the smallest first.
    case brotli, zstd, gzip

    var suffix: [UInt8] {
        switch self {
        case .brotli: Array(".br".utf8)
        case .zstd: Array(".zst".utf8)
        case .gzip: Array(".gz".utf8)
        }
    }

    var name: StaticString {
        switch self {
        case .brotli: "br"
        case .zstd: "zstd"
        case .gzip: "gzip"
        }
    }
}

/// What a client says of codings in Accept-Encoding (RFC 9110, section 12.5.3): quality in thousandths.
struct AcceptedCodings: Equatable {
    private(set) var quality: [ContentCoding: Int] = [:]
    /// Of what is not encoded at all.
    private(set) var identity = 1000

    init(_ head: RequestHead) {
        var other: Int?
        var named: Set<ContentCoding> = []
        var identityNamed: Int?
        head.fields.forEachElement(of: .acceptEncoding) { element in
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            let coding = element.extracting(element.trimmed(0..<end))
            let quality = Quality.read(element.extracting(end...))
            if coding.equals("*") {
                other = quality
            } else if coding.equalsIgnoringCase("identity") {
                identityNamed = quality
            } else if let known = ContentCoding.allCases.first(where: { coding.equalsIgnoringCase($0.name) }) {
                self.quality[known] = quality
                named.insert(known)
            } else if coding.equalsIgnoringCase("x-gzip") {
                self.quality[.gzip] = quality
                named.insert(.gzip)
            }
        }
        if let other {
            for coding in ContentCoding.allCases where !named.contains(coding) { quality[coding] = other }
        }
        // Identity is acceptable unless it, or everything not named, is refused. Where it is refused and there is nothing
        // else, the plain file is sent all the same: an answer helps more than a 406 (RFC 9110, section 15.5.7).
        identity = identityNamed ?? (other == 0 ? 0 : 1)
    }

    /// The codings that the client takes and likes no less than the plain file, best first.
    var preferred: [ContentCoding] {
        ContentCoding.allCases
            .filter { (quality[$0] ?? 0) > 0 && (quality[$0] ?? 0) >= identity }
            .sorted { ((quality[$1] ?? 0), $0.rawValue) < ((quality[$0] ?? 0), $1.rawValue) }
    }
}
