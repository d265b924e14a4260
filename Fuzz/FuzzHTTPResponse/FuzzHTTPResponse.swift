import HTTPTestSupport

/// Feeds the reader of answers what libFuzzer makes up, twice: once whole, and once cut where the input's own first bytes
/// say. Both must read the same answer and end the same way.
///
/// Input: the number of cuts (0 … 15, in the low bits of the first byte; the next bit says that HEAD is answered), one byte
/// for the distance to each, then what the server sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPResponse(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let distances = input.dropFirst().prefix(Int(first & 15))
    let bytes = Array(input.dropFirst(1 + distances.count))
    var cut = 0
    let cuts = distances.map { distance in
        cut += Int(distance) + 1
        return cut
    }
    let whole = AnswerReading.read(bytes, isToHead: first & 16 != 0)
    let pieces = AnswerReading.read(bytes, isToHead: first & 16 != 0, cuts: cuts)
    precondition(whole == pieces, "cut at \(cuts) it reads\n\(pieces)\ninstead of\n\(whole)")
    return 0
}
