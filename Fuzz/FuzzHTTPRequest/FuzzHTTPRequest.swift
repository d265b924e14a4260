import HTTPTestSupport

/// Feeds the request reader what libFuzzer makes up, twice: once whole, and once cut where the input's own first bytes
/// say. Both must read the same requests and end the same way.
///
/// Input: the number of cuts (0 … 15, in the low bits of the first byte), one byte for the distance to each, then what the
/// client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let distances = input.dropFirst().prefix(Int(first & 15))
    let bytes = Array(input.dropFirst(1 + distances.count))
    var cut = 0
    let cuts = distances.map { distance in
        cut += Int(distance)
        return cut
    }
    let whole = Transcript.read(bytes)
    let pieces = Transcript.read(bytes, cuts: cuts)
    precondition(whole == pieces, "cut at \(cuts) it reads\n\(pieces)\ninstead of\n\(whole)")
    return 0
}
