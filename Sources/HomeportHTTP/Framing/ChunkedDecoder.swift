import NIOCore

/// Takes the chunked transfer coding apart (RFC 9112, section 7.1), byte by byte, in whatever pieces it comes.
///
///     4;name=value CRLF   size in hexadecimal, extensions (skipped)
///     Wiki CRLF           that many bytes
///     0 CRLF              the last chunk
///     Name: value CRLF    trailer fields (checked, and kept for who passes them on)
///     CRLF
///
/// Extensions are bounded by their sum over the whole body: a byte of data with 4 KiB of extension around it, again and
/// again, is an attack and nothing else.
package struct ChunkedDecoder {
    package enum Event: Equatable {
        /// Bytes of the body at these offsets of the piece.
        case data(Range<Int>)
        case needMore
        /// The body is whole; what follows it in the piece belongs to the next request.
        case end
        case refused(Refusal)
    }

    private enum State {
        case size(digits: Int)
        case blankAfterSize
        case extensions
        case sizeLF
        case data
        case dataCR, dataLF
        case trailerStart
        case trailerName, trailerValue, trailerLF
        case endLF
        case done
    }

    private let limits: HTTPLimits
    private var state = State.size(digits: 0)
    private var remaining: UInt64 = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// The trailer's lines, without the empty one; nil where there are none.
    private(set) var trailer: ByteBuffer?

    package init(limits: HTTPLimits) { self.limits = limits }

    /// The next thing in `bytes` from `offset` on, which moves past it.
    package mutating func next(in bytes: Span<UInt8>, from offset: inout Int) -> Event {
        while offset < bytes.count {
            if case .data = state {
                let end = offset + Int(min(remaining, UInt64(bytes.count - offset)))
                let range = offset..<end
                remaining -= UInt64(range.count)
                offset = end
                if remaining == 0 { state = .dataCR }
                return .data(range)
            }
            let byte = bytes[offset]
            offset += 1
            if let refusal = take(byte) { return .refused(refusal) }
            if case .done = state { return .end }
        }
        return .needMore
    }

    private mutating func take(_ byte: UInt8) -> Refusal? {
        switch state {
        case .size(let digits):
            if let digit = ASCII.hex(byte) {
                guard digits < 15 else { return .malformed("framing.chunk", "a chunk's size is too large") }
                remaining = remaining << 4 | UInt64(digit)
                state = .size(digits: digits + 1)
                return nil
            }
            guard digits > 0 else { return .malformed("framing.chunk", "a chunk's size is missing") }
            return afterSize(byte)
        case .blankAfterSize:
            return afterSize(byte)
        case .extensions:
            if byte == ASCII.cr { return move(.sizeLF) }
            guard ASCII.isFieldValue(byte) else { return .malformed("framing.chunk", "a chunk extension is malformed") }
            return countExtension()
        case .sizeLF:
            guard byte == ASCII.lf else { return Self.bareCR }
            return move(remaining == 0 ? .trailerStart : .data)
        case .data, .done:
            preconditionFailure("a byte of data or of the next request reached the state machine")
        case .dataCR:
            guard byte == ASCII.cr else { return .malformed("framing.chunk", "a chunk is longer than its size") }
            return move(.dataLF)
        case .dataLF:
            guard byte == ASCII.lf else { return Self.bareCR }
            remaining = 0
            return move(.size(digits: 0))
        case .trailerStart, .trailerName, .trailerValue, .trailerLF, .endLF:
            return takeTrailer(byte)
        }
    }

    private mutating func afterSize(_ byte: UInt8) -> Refusal? {
        switch byte {
        case ASCII.cr:
            if case .blankAfterSize = state { return .malformed("framing.chunk", "a blank after a chunk's size") }
            return move(.sizeLF)
        case ASCII.semicolon: return move(.extensions)
        case ASCII.space, ASCII.tab:
            state = .blankAfterSize
            return countExtension()
        default: return .malformed("framing.chunk", "a chunk's size is not hexadecimal")
        }
    }

    private mutating func takeTrailer(_ byte: UInt8) -> Refusal? {
        trailerBytes += 1
        guard trailerBytes <= limits.trailer else { return Refusal(431, "framing.trailer", "the trailer is too long") }
        keep(byte)
        switch state {
        case .trailerStart where byte == ASCII.cr: return move(.endLF)
        case .trailerStart where ASCII.isToken(byte): return move(.trailerName)
        case .trailerName where ASCII.isToken(byte): return nil
        case .trailerName where byte == ASCII.colon: return move(.trailerValue)
        case .trailerValue where byte == ASCII.cr: return move(.trailerLF)
        case .trailerValue where ASCII.isFieldValue(byte): return nil
        case .trailerLF where byte == ASCII.lf: return move(.trailerStart)
        case .endLF where byte == ASCII.lf: return move(.done)
        default: return .malformed("framing.trailer", "a trailer field is malformed")
        }
    }

    private mutating func keep(_ byte: UInt8) {
        switch state {
        case .endLF: return
        case .trailerStart where byte == ASCII.cr: return
        default: break
        }
        if trailer == nil { trailer = ByteBuffer() }
        trailer?.writeInteger(byte)
    }

    private mutating func countExtension() -> Refusal? {
        extensionBytes += 1
        guard extensionBytes <= limits.chunkLine else {
            return .malformed("framing.chunk", "the chunk extensions are too long")
        }
        return nil
    }

    private mutating func move(_ next: State) -> Refusal? {
        state = next
        return nil
    }

    private static let bareCR = Refusal.malformed("framing.chunk", "CR without LF")
}
