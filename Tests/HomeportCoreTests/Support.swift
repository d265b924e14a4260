import HomeportCore
import Testing

/// What a throwing call had to say; fails the test if it had nothing.
func problem(
    sourceLocation: SourceLocation = #_sourceLocation,
    of body: () throws -> some Any
) throws -> HomeportError {
    let error = #expect(throws: HomeportError.self, sourceLocation: sourceLocation) { _ = try body() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// Random numbers that are the same in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// As likely small as large: what people write is seldom in the middle of 64 bits.
    mutating func spread() -> UInt64 { next() >> UInt64.random(in: 0...63, using: &self) }
}
