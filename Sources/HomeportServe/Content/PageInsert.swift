import HomeportHTTP
import HomeportNet
import NIOCore

/// A piece of markup that is put into pages as they are sent.
struct PageInsert: Sendable {
    let markup: StaticString
    /// Tells a page with it from the file: the end of its ETag.
    let variant: StaticString

    /// Larger ones are sent as they are: a page of megabytes is data, and the whole of it has to be read first.
    private static let largestPage: Int64 = 4 << 20

    /// - Returns: nil where the file is to be sent as it is.
    func read(_ file: OpenFile, size: Int64) -> ByteBuffer? {
        guard size <= Self.largestPage, let page = file.readAll(size), !Self.isUTF16(page) else { return nil }
        return inserted(into: page)
    }

    /// Puts the markup before the last `</body>`, or at the end, where browsers take it just as well.
    func inserted(into page: ByteBuffer) -> ByteBuffer {
        let text = page.readableBytesUInt8Span
        let place = Self.endOfBody(text) ?? text.count
        var result = ByteBufferAllocator().buffer(capacity: text.count + markup.utf8CodeUnitCount)
        var rest = page
        if var start = rest.readSlice(length: place) { result.writeBuffer(&start) }
        result.writeStaticString(markup)
        result.writeBuffer(&rest)
        return result
    }

    private static func endOfBody(_ text: Span<UInt8>) -> Int? {
        let tag: StaticString = "</body"
        var index = text.count - tag.utf8CodeUnitCount
        while index >= 0 {
            if text[index] == 0x3C, text.extracting(index..<index + tag.utf8CodeUnitCount).equalsIgnoringCase(tag) {
                return index
            }
            index -= 1
        }
        return nil
    }

    private static func isUTF16(_ page: ByteBuffer) -> Bool {
        page.getInteger(at: page.readerIndex, as: UInt16.self).map { $0 == 0xFEFF || $0 == 0xFFFE } ?? false
    }
}
