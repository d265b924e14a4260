import HomeportCore
import LiveTestSupport
import Testing

/// What a throwing call had to say; fails the test if it had nothing.
func problem(
    sourceLocation: SourceLocation = #_sourceLocation,
    of body: () throws -> some Any
) throws -> HomeportError {
    let error = #expect(throws: HomeportError.self, sourceLocation: sourceLocation) { _ = try body() }
    return try #require(error, sourceLocation: sourceLocation)
}

extension Seeded {
    /// As likely small as large: what people write is seldom in the middle of 64 bits.
    mutating func spread() -> UInt64 { next() >> UInt64.random(in: 0...63, using: &self) }
}
