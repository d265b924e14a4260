import Crypto
import HomeportNet

/// An exchange as bytes.
extension TapRecord {
    private static let mostWords = 1 << 12

    var size: Int {
        TapLayout.size + heads.count + service.utf8.count + min(refusal.utf8.count, Self.mostWords)
            + min(error.utf8.count, Self.mostWords) + hashCount * SHA256Digest.byteCount
    }

    private var hashCount: Int { (request.sha256 == nil ? 0 : 1) + (response.sha256 == nil ? 0 : 1) }

    /// - Parameters:
    ///   - bytes: ``size`` of them.
    ///   - offset: What is to be added to the monotonic clock for the wall's.
    func write(
        to bytes: UnsafeMutableRawBufferPointer,
        id: UInt64,
        clock offset: Int64,
        isLive: Bool,
        bodies: (request: BodyExtent, response: BodyExtent)
    ) {
        typealias Layout = TapLayout
        bytes.put(UInt32(bytes.count), at: Layout.total)
        bytes.put(Layout.current, at: Layout.version)
        let hashes = (request.sha256, response.sha256)
        var flags = Layout.Flags()
        if isComplete { flags.insert(.complete) }
        if isReused { flags.insert(.reused) }
        if isLive { flags.insert(.live) }
        if request.isUnseen { flags.insert(.requestUnseen) }
        if response.isUnseen { flags.insert(.responseUnseen) }
        if hashes.0 != nil { flags.insert(.requestHash) }
        if hashes.1 != nil { flags.insert(.responseHash) }
        bytes.put(flags.rawValue, at: Layout.flags)
        bytes.put(UInt16(clamping: status), at: Layout.status)
        bytes.put(id, at: Layout.id)
        bytes.put(Int64(bitPattern: began) &+ offset, at: Layout.began)
        for (index, time) in [asked, dialled, connected, answered, headed, ended].enumerated() {
            bytes.put(time == 0 ? -1 : Int64(time - began), at: Layout.times + 8 * index)
        }
        for (index, address) in [client.remote, client.local, upstream?.local, upstream?.remote].enumerated() {
            bytes.put(address, at: Layout.addresses + Layout.addressSize * index)
        }
        put(bodies.request, of: request, at: Layout.bodies, in: bytes)
        put(bodies.response, of: response, at: Layout.bodies + Layout.bodySize, in: bytes)
        bytes.put(UInt32(requestHead), at: Layout.requestHead)
        bytes.put(UInt32(heads.count), at: Layout.heads)
        bytes.put(UInt32(method.count), at: Layout.method)
        for (range, place) in [(target, Layout.target), (authority, Layout.authority), (path, Layout.path)] {
            bytes.put(UInt32(range.lowerBound), at: place)
            bytes.put(UInt32(range.count), at: place + 4)
        }
        var end = Layout.size
        heads.withUnsafeBytes { bytes[end...].copyPrefix($0) }
        end += heads.count
        for (text, place) in [(service, Layout.service), (refusal, Layout.refusal), (error, Layout.error)] {
            let words = text.utf8.prefix(Self.mostWords)
            bytes.put(UInt16(words.count), at: place)
            for byte in words {
                bytes[end] = byte
                end += 1
            }
        }
        bytes.put(UInt16(hashCount), at: Layout.hashes)
        bytes.put(UInt64(0), at: Layout.hashes + 2)
        bytes.put(UInt32(0), at: Layout.hashes + 10)
        for case let hash? in [hashes.0, hashes.1] {
            hash.withUnsafeBytes { bytes[end...].copyPrefix($0) }
            end += SHA256Digest.byteCount
        }
    }

    private func put(
        _ extent: BodyExtent,
        of body: KeptBody,
        at place: Int,
        in bytes: UnsafeMutableRawBufferPointer
    ) {
        bytes.put(body.length, at: place)
        bytes.put(extent.segment, at: place + 8)
        bytes.put(extent.offset, at: place + 12)
        bytes.put(extent.head, at: place + 16)
        bytes.put(extent.tail, at: place + 20)
    }
}
