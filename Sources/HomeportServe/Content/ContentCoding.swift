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
        head.forEachElement(of: .acceptEncoding) { element in
            let end = element.firstIndex(of: ASCII.semicolon) ?? element.count
            let coding = element.extracting(element.trimmed(0..<end))
            let quality = Self.quality(element.extracting(end...))
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
        // Identity is acceptable unless it, or everything not named, is refused.
        identity = identityNamed ?? (other == 0 ? 0 : 1)
    }

    /// The codings that the client takes and likes no less than the plain file, best first.
    var preferred: [ContentCoding] {
        ContentCoding.allCases
            .filter { (quality[$0] ?? 0) > 0 && (quality[$0] ?? 0) >= identity }
            .sorted { ((quality[$1] ?? 0), $0.rawValue) < ((quality[$0] ?? 0), $1.rawValue) }
    }

    /// `;q=0.5` as 500; 1000 without, and 0 for what cannot be read.
    private static func quality(_ parameters: Span<UInt8>) -> Int {
        var result = 1000
        parameters.forEachElement(separator: ASCII.semicolon) { parameter in
            guard parameter.count > 2, parameter[0] | 0x20 == 0x71, parameter[1] == ASCII.equals else { return }
            result = thousandths(parameter.extracting(2...)) ?? 0
        }
        return result
    }

    private static func thousandths(_ text: Span<UInt8>) -> Int? {
        guard text.count <= 5, text[0] == ASCII.zero || text[0] == ASCII.zero + 1 else { return nil }
        var value = Int(text[0] - ASCII.zero) * 1000
        guard text.count > 1 else { return value }
        guard text[1] == ASCII.dot else { return nil }
        var scale = 100
        for index in 2..<max(2, text.count) {
            guard ASCII.isDigit(text[index]) else { return nil }
            value += Int(text[index] - ASCII.zero) * scale
            scale /= 10
        }
        return value <= 1000 ? value : nil
    }
}
