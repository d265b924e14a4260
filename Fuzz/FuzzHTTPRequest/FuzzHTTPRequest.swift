import HTTPTestSupport

/// Feeds the request reader what libFuzzer makes up, twice: once whole, and once cut where the input's own first bytes
/// say. Both must read the same requests and end the same way.
///
/// Input: the number of cuts (0 … 15, in the low bits of the first byte), one byte for the distance to each, then what the
/// client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = FuzzInput(start, count) else { return 0 }
    let whole = Transcript.read(input.bytes)
    let pieces = Transcript.read(input.bytes, cuts: input.cuts)
    precondition(whole == pieces, "cut at \(input.cuts) it reads\n\(pieces)\ninstead of\n\(whole)")
    return 0
}
