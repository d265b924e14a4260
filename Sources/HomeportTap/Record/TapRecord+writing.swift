import Crypto
import HomeportNet

/// An exchange as bytes. Once for each exchange: hence no list is made on the way.
extension TapRecord {
    private static let mostWords = 1 << 12

    var size: Int {
        TapLayout.size + heads.count + count(service) + count(refusal) + count(error)
            + count(process?.command ?? "") + count(verdict)
            + ((request.hasHash ? 1 : 0) + (response.hasHash ? 1 : 0)) * SHA256Digest.byteCount
            + conditions.size + (request.messages?.size ?? 0) + (response.messages?.size ?? 0)
    }

    private func count(_ words: String) -> Int { min(words.utf8.count, Self.mostWords) }

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
        bytes.put(flags(isLive: isLive).rawValue, at: Layout.flags)
        bytes.put(UInt16(clamping: status), at: Layout.status)
        bytes.put(id, at: Layout.id)
        bytes.put(Int64(bitPattern: began) &+ offset, at: Layout.began)
        put(asked, 0, in: bytes)
        put(dialled, 1, in: bytes)
        put(connected, 2, in: bytes)
        put(answered, 3, in: bytes)
        put(headed, 4, in: bytes)
        put(ended, 5, in: bytes)
        bytes.put(client.remote, at: Layout.addresses)
        bytes.put(client.local, at: Layout.addresses + Layout.addressSize)
        bytes.put(upstream?.local ?? .unknown, at: Layout.addresses + 2 * Layout.addressSize)
        bytes.put(upstream?.remote ?? .unknown, at: Layout.addresses + 3 * Layout.addressSize)
        put(bodies.request, of: request, at: Layout.bodies, in: bytes)
        put(bodies.response, of: response, at: Layout.bodies + Layout.bodySize, in: bytes)
        bytes.put(UInt32(requestHead), at: Layout.requestHead)
        bytes.put(UInt32(heads.count), at: Layout.heads)
        bytes.put(UInt32(method.count), at: Layout.method)
        put(target, at: Layout.target, in: bytes)
        put(authority, at: Layout.authority, in: bytes)
        put(path, at: Layout.path, in: bytes)
        var end = Layout.size
        heads.withUnsafeBytes { bytes[end...].copyPrefix($0) }
        end += heads.count
        put(service, at: Layout.service, &end, in: bytes)
        put(refusal, at: Layout.refusal, &end, in: bytes)
        put(error, at: Layout.error, &end, in: bytes)
        put(process?.command ?? "", at: Layout.command, &end, in: bytes)
        put(verdict, at: Layout.verdict, &end, in: bytes)
        bytes.put(UInt32(bitPattern: process?.pid ?? 0), at: Layout.pid)
        bytes.put(UInt16((request.hasHash ? 1 : 0) + (response.hasHash ? 1 : 0)), at: Layout.hashes)
        bytes.put(UInt32(sentHead), at: Layout.sentHead)
        bytes.put(UInt32(receivedHead), at: Layout.receivedHead)
        bytes.put(UInt16(conditions.size), at: Layout.conditions)
        bytes.put(UInt32(request.messages?.size ?? 0), at: Layout.requestMessages)
        bytes.put(UInt32(response.messages?.size ?? 0), at: Layout.responseMessages)
        bytes.put(kind.rawValue, at: Layout.kind)
        bytes.put(UInt8(isOfLink ? 1 : 0), at: Layout.link)
        put(hashOf: request, &end, in: bytes)
        put(hashOf: response, &end, in: bytes)
        conditions.write(to: bytes, at: &end)
        request.messages?.write(to: bytes, at: &end)
        response.messages?.write(to: bytes, at: &end)
    }

    private func flags(isLive: Bool) -> TapLayout.Flags {
        var flags = TapLayout.Flags()
        if isComplete { flags.insert(.complete) }
        if isReused { flags.insert(.reused) }
        if isLive { flags.insert(.live) }
        if request.hasHash { flags.insert(.requestHash) }
        if response.hasHash { flags.insert(.responseHash) }
        return flags
    }

    private func put(_ time: UInt64, _ index: Int, in bytes: UnsafeMutableRawBufferPointer) {
        bytes.put(time == 0 ? -1 : Int64(time - began), at: TapLayout.times + 8 * index)
    }

    private func put(_ range: Range<Int>, at place: Int, in bytes: UnsafeMutableRawBufferPointer) {
        bytes.put(UInt32(range.lowerBound), at: place)
        bytes.put(UInt32(range.count), at: place + 4)
    }

    private func put(_ text: String, at place: Int, _ end: inout Int, in bytes: UnsafeMutableRawBufferPointer) {
        let count = count(text)
        bytes.put(UInt16(count), at: place)
        guard count > 0 else { return }
        var text = text
        text.withUTF8 {
            bytes[end...].copyPrefix(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer($0)[..<count]))
        }
        end += count
    }

    private func put(hashOf body: borrowing KeptBody, _ end: inout Int, in bytes: UnsafeMutableRawBufferPointer) {
        guard body.hasHash, let hash = body.sha256 else { return }
        hash.withUnsafeBytes { bytes[end...].copyPrefix($0) }
        end += SHA256Digest.byteCount
    }

    private func put(
        _ extent: BodyExtent,
        of body: borrowing KeptBody,
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
