import Foundation
import Testing

/// The same bytes get the same verdict here and from llhttp, or the difference is one of ``Difference``: accepted or
/// refused, and where accepted, method, target, version, fields, body, and where the next request starts.
@Suite struct OracleTests {
    /// Follows each input, so that it shows where a reader takes the next request to start.
    private static let sentinel = Array("GET /sentinel HTTP/1.1\r\nHost: sentinel\r\n\r\n".utf8)

    @Test func theCorpusIsReadAsByTheOracle() {
        #expect(Corpus.requests.count >= 150)
        var explained: Set<Difference> = []
        for request in Corpus.requests { compare(request, &explained) }
        for difference in Difference.allCases where !explained.contains(difference) {
            Issue.record("no request of the corpus shows: \(difference.rawValue)")
        }
    }

    /// `HOMEPORT_ORACLE_SEED` and `HOMEPORT_ORACLE_COUNT` choose others.
    @Test func randomDamageIsReadAsByTheOracle() {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["HOMEPORT_ORACLE_SEED"].flatMap { UInt64($0) } ?? 9112
        let count = environment["HOMEPORT_ORACLE_COUNT"].flatMap { Int($0) } ?? 40_000
        print("oracle: \(count) mutations, seed \(seed)")
        var mutation = Mutation(seed: seed)
        var explained: Set<Difference> = []
        var failures = 0
        for _ in 0..<count where failures < 20 {
            if !compare(mutation.next(), &explained, "seed \(seed)") { failures += 1 }
        }
    }

    @discardableResult
    private func compare(_ request: [UInt8], _ explained: inout Set<Difference>, _ source: String = "corpus") -> Bool {
        let bytes = request + Self.sentinel
        let (ours, theirs) = (Reading.ours(bytes), Reading.theirs(bytes))
        guard let place = Reading.firstDifference(ours, theirs) else { return true }
        let (own, other) = (ours.steps[place], theirs.steps[place])
        let reasons = Difference.allCases.filter {
            $0.explains(own, other, in: ours.head(at: place), after: place > 0 ? ours.head(at: place - 1) : nil)
        }
        explained.formUnion(reasons)
        if reasons.isEmpty {
            Issue.record(
                """
                unlisted difference (\(source)) over \(String(decoding: request, as: UTF8.self).debugDescription)
                ours: \(own)
                theirs: \(other)
                """
            )
        }
        return !reasons.isEmpty
    }
}
