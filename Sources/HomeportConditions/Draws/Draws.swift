/// Chance that can be repeated: a number for each offset of a stream, the same whenever and however often it is asked for.
///
/// Counter-based (SplitMix64's mixing function over key and counter), so that draws depend neither on the order of calls
/// nor on how reads were cut, and one condition's draws tell nothing about another's.
public struct Draws: Sendable, Hashable {
    private let key: UInt64

    /// - Parameters:
    ///   - seed: The run's.
    ///   - path: What tells this stream and condition from every other of the run, in order: link, connection number,
    ///     direction, place of the condition.
    public init(seed: UInt64, _ path: UInt64...) {
        self = path.reduce(Draws(key: Self.mixed(seed))) { $0.of($1) }
    }

    /// Those of a part of what these are for, told from its other parts by `place`.
    public func of(_ place: UInt64) -> Draws {
        Draws(key: Self.mixed(key ^ Self.mixed(place &+ 0x9E37_79B9_7F4A_7C15)))
    }

    private init(key: UInt64) { self.key = key }

    /// 64 even bits.
    /// - Parameters:
    ///   - offset: In the stream.
    ///   - use: Tells several numbers for one offset apart.
    public func bits(at offset: UInt64, use: UInt64 = 0) -> UInt64 {
        Self.mixed(key &+ (offset &+ 1) &* 0x9E37_79B9_7F4A_7C15 ^ use &* 0xD6E8_FEB8_6659_FD93)
    }

    /// Evenly in 0 ..< 1, in steps of 2⁻⁵³.
    public func uniform(at offset: UInt64, use: UInt64 = 0) -> Double {
        Double(bits(at: offset, use: use) >> 11) * 0x1p-53
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
