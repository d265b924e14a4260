import HTTPTestSupport

/// Feeds the reader of answers what libFuzzer makes up, twice: once whole, and once cut where the input's own first bytes
/// say. Both must read the same answer and end the same way.
///
/// Input: the number of cuts (0 … 15, in the low bits of the first byte; the next bit says that HEAD is answered), one byte
/// for the distance to each, then what the server sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPResponse(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = FuzzInput(start, count) else { return 0 }
    let whole = AnswerReading.read(input.bytes, isToHead: input.first & 16 != 0)
    let pieces = AnswerReading.read(input.bytes, isToHead: input.first & 16 != 0, cuts: input.cuts)
    precondition(whole == pieces, "cut at \(input.cuts) it reads\n\(pieces)\ninstead of\n\(whole)")
    return 0
}
