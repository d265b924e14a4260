/// Random damage to a request, of the kind that readers disagree about.
struct Mutation {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed) }

    mutating func next() -> [UInt8] {
        var bytes = pick(Corpus.requests)
        for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 1: if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &random) }
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.insert(contentsOf: Array(pick(Self.pieces).utf8), at: place)
        case 5: insertLine(Array(pick(Self.fields).utf8), into: &bytes)
        case 6: bytes += pick(Corpus.requests)
        default: bytes.insert(contentsOf: pick(Corpus.requests).suffix(end - place), at: place)
        }
    }

    /// Behind a line, where a field would stand.
    private mutating func insertLine(_ line: [UInt8], into bytes: inout [UInt8]) {
        let ends = bytes.indices.filter { bytes[$0] == 0x0A }
        guard !ends.isEmpty else { return bytes += line }
        bytes.insert(contentsOf: line + [0x0D, 0x0A], at: pick(ends) + 1)
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private static let pieces = [
        "\r\n", "\n", "\r", " ", "\t", ":", ";", ",", "\"", "\\", "0", "\0", "\u{b}", "\u{7f}", "\u{80}", "\r\n ",
        "\r\n\r\n", "0\r\n\r\n",
        "1\r\na\r\n", "chunked", ", chunked", "HTTP/1.1", "HTTP/1.0", "GET / HTTP/1.1\r\n", "//", "http://", "?", "#",
        "*", "[::1]", "%", "@",
    ]

    private static let fields = [
        "Content-Length: 5", "Content-Length: 0", "Content-Length:", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding:", "Connection: close", "Connection: keep-alive", "Host: b", "Upgrade: x",
        "Expect: 100-continue", "X: y",
        " folded", "X", ": y",
    ]
}
