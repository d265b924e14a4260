/// What libFuzzer makes up, taken apart: in the low four bits of the first byte the number of cuts, then one byte for the
/// distance to each, then what a connection brings.
package struct FuzzInput {
    /// The first byte, of which a target may use the upper four bits.
    package let first: UInt8
    /// Offsets in ``bytes`` at which the network divides them, ascending.
    package let cuts: [Int]
    package let bytes: [UInt8]

    /// - Returns: nil for no input at all.
    package init?(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        let input = UnsafeBufferPointer(start: start, count: count)
        guard let first = input.first else { return nil }
        let distances = input.dropFirst().prefix(Int(first & 15))
        var cut = 0
        cuts = distances.map { distance in
            cut += Int(distance)
            return cut
        }
        bytes = Array(input.dropFirst(1 + distances.count))
        self.first = first
    }
}
