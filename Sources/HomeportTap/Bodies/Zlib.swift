import CZlib

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's zlib, found when it is first needed: neither who builds Homeport nor who runs it has to have it.
enum Zlib {
    /// What is around the compressed bytes.
    enum Frame: CInt {
        // As `inflateInit2` knows them.
        case gzip = 31
        case zlib = 15
        /// Nothing (RFC 1951).
        case none = -15
    }

    /// Why there are no more bytes.
    enum Ending {
        case whole
        /// The compressed bytes are over before they say so.
        case cut
        /// They are not what they should be.
        case broken
        /// There would be more than was wanted.
        case tooLong
    }

    private typealias Stream = homeport_zlib_stream

    private struct Library: Sendable {
        typealias Begin = @convention(c) (UnsafeMutablePointer<Stream>, CInt, UnsafePointer<CChar>, CInt) -> CInt
        typealias Inflate = @convention(c) (UnsafeMutablePointer<Stream>, CInt) -> CInt
        typealias Reset = @convention(c) (UnsafeMutablePointer<Stream>) -> CInt
        typealias End = @convention(c) (UnsafeMutablePointer<Stream>) -> CInt

        let begin: Begin
        let inflate: Inflate
        let reset: Reset
        let end: End

        init?() {
            func symbol(_ name: String, in library: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
                library.flatMap { dlsym($0, name) }
            }
            let names = ["libz.so.1", "libz.so", "/usr/lib/libz.1.dylib"]
            let library = names.lazy.compactMap { dlopen($0, RTLD_NOW) }.first
            guard let begin = symbol("inflateInit2_", in: library), let inflate = symbol("inflate", in: library),
                let reset = symbol("inflateReset", in: library), let end = symbol("inflateEnd", in: library)
            else { return nil }
            self.begin = unsafeBitCast(begin, to: Begin.self)
            self.inflate = unsafeBitCast(inflate, to: Inflate.self)
            self.reset = unsafeBitCast(reset, to: Reset.self)
            self.end = unsafeBitCast(end, to: End.self)
        }
    }

    private static let library = Library()

    private static let (ok, streamEnd, bufferError): (CInt, CInt, CInt) = (0, 1, -5)

    /// - Parameter most: Bytes that are made at most, whatever is compressed.
    /// - Returns: Nil where there is no zlib.
    static func inflate(_ bytes: [UInt8], _ frame: Frame, most: Int) -> (bytes: [UInt8], ending: Ending)? {
        guard let library else { return nil }
        var stream = Stream()
        // Its first digit and the stream's size are what zlib compares.
        guard library.begin(&stream, frame.rawValue, "1", CInt(MemoryLayout<Stream>.size)) == ok else { return nil }
        defer { _ = library.end(&stream) }
        var made: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 64 << 10)
        let ending = bytes.withUnsafeBufferPointer { input -> Ending in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: input.count)
            while true {
                let result = room.withUnsafeMutableBufferPointer { room -> CInt in
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(room.count)
                    return library.inflate(&stream, 0)
                }
                let count = room.count - Int(stream.avail_out)
                guard made.count + count <= most else {
                    made += room.prefix(most - made.count)
                    return .tooLong
                }
                made += room.prefix(count)
                switch result {
                case streamEnd:
                    // What was packed in parts is one body; whatever else follows is none of it.
                    let rest = input.suffix(Int(stream.avail_in))
                    guard frame == .gzip, rest.starts(with: [0x1F, 0x8B]), library.reset(&stream) == ok else {
                        return .whole
                    }
                case ok: continue
                case bufferError: return .cut
                default: return .broken
                }
            }
        }
        return (made, ending)
    }
}
