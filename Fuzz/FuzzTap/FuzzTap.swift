import HomeportCore
import HomeportNet
import HomeportTap
import NIOCore
import NIOEmbedded

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Feeds the tap what libFuzzer makes up, and looks at all that comes of it in every way there is.
///
/// Input: a byte that says what the rest is; 0 a filter's text, 1 what passes a link on one connection, 2 a recording's file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTap(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    switch first % 3 {
    case 0: filter(String(decoding: bytes.dropFirst(), as: UTF8.self))
    case 1: look(into: passage(bytes.dropFirst()))
    default: recording(bytes.dropFirst())
    }
    return 0
}

// MARK: A filter

private let known: TapStore = {
    var pieces: [UInt8] = [1]
    for (way, text) in [
        (4, ""), (0, "GET /a?b=c HTTP/1.1\r\nHost: api.localhost\r\nX-User: ada\r\n\r\n"),
        (1, "HTTP/1.1 503 No\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\": 12}"),
    ] { pieces += [UInt8(way), UInt8(text.utf8.count)] + Array(text.utf8) }
    return passage(pieces.dropFirst())
}()

private func filter(_ text: String) {
    do throws(HomeportError) {
        let filter = try TapFilter(parsing: text)
        known.forEach(in: known.range) { row in
            _ = filter.matches(row, in: known)
            return true
        }
    } catch {
        precondition(error.code == .filter, "\(error)")
        let column = error.subject.flatMap { Int($0.dropFirst("column ".count)) } ?? 0
        precondition((1...text.utf8.count + 1).contains(column), "no column: \(error)")
    }
}

// MARK: A connection

private final class Conditions: ConditionSource {
    let upstream: Peer? = nil

    func takeHits(into hits: inout ConditionHits) {
        var hit = ConditionHit(link: "db", condition: "latency", isUp: true)
        (hit.hits, hit.longest) = (1, 5)
        hits.add(hit)
    }
}

/// Pieces of bytes, each behind a byte that says which way it goes (bit 0), and what happens before it (bits 1 to 3), and one that says how
/// long it is.
private func passage(_ bytes: ArraySlice<UInt8>) -> TapStore {
    let tap = Tap(TapPlan())
    let loop = EmbeddedEventLoop()
    let isDatagram = bytes.first.map { $0 & 0x80 != 0 } ?? false
    let peer = Peer(local: nil, remote: nil)
    guard let connection = tap.began("db", peer, isDatagram: isDatagram, on: loop, Conditions()) else {
        return tap.store
    }
    var bytes = bytes
    var passed: Int64 = 0
    while bytes.count >= 2 {
        let (way, length) = (bytes.removeFirst(), Int(bytes.removeFirst()))
        if way & 2 != 0 { loop.advanceTime(by: .milliseconds(150)) }
        if way & 4 != 0 { connection.connected(peer) }
        if way & 8 != 0 { connection.failed(ChannelError.eof) }
        let piece = ByteBuffer(bytes: bytes.prefix(length))
        bytes = bytes.dropFirst(length)
        passed += Int64(piece.readableBytes)
        if way & 1 == 0 { connection.came(piece) } else { connection.went(piece) }
    }
    connection.ended(isBroken: false)
    // What was to be shown later is let go of.
    loop.advanceTime(by: .seconds(1))
    var taken: Int64 = 0
    tap.store.forEach(in: tap.store.range) { row in
        precondition(!row.isLive, "it goes on after the end")
        taken += row.length(.request) + row.length(.response)
        return true
    }
    precondition(taken <= passed, "more was taken down than passed")
    tap.leaveProcesses()
    return tap.store
}

// MARK: A recording

private let folder = "/tmp/homeport-fuzz-\(getpid())"

private func recording(_ bytes: ArraySlice<UInt8>) {
    mkdir(folder, 0o700)
    defer { rmdir(folder) }
    defer { for name in ["00000001.bodies", "00000002.facts"] { unlink("\(folder)/\(name)") } }
    let body = Array("{\"a\": [1, 2, 3]}".utf8)
    for (name, number, kind, content) in [
        ("00000001.bodies", 1, 2, body), ("00000002.facts", 2, 1, Array(bytes)),
    ] {
        let head =
            Array("homeport tap 1\n\0".utf8) + [UInt8(number), 0, 0, 0, UInt8(kind)] + [UInt8](repeating: 0, count: 11)
        let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(file >= 0, "no file can be made in \(folder)")
        let whole = head + content
        precondition(write(file, whole, whole.count) == whole.count, "it cannot be written")
        close(file)
    }
    if let store = try? TapStore(opening: folder) { look(into: store) }
}

// MARK: What is there

private func look(into store: TapStore) {
    var archive = HARExport(.secrets)
    var capture = PcapngExport(.secrets)
    var text = archive.begin()
    var packets = capture.begin()
    store.forEach(in: store.range) { row in
        _ = (row.times, row.conditions, row.traceParent, row.added, row.refusal, row.error, row.process)
        text += archive.entry(row, in: store)
        packets += capture.entry(row, in: store)
        precondition(CurlExport(.secrets).text(row, in: store).hasSuffix("\n"), "a line without an end")
        _ = try? MockExport().text(row, in: store)
        for message in row.messages {
            precondition(message.range.lowerBound <= message.range.upperBound, "a message that ends before it begins")
            _ = store.content(of: message, in: row)
        }
        return true
    }
    text += archive.end()
    packets += capture.end()
    precondition(String(validating: text, as: UTF8.self) != nil, "an archive that is no UTF-8")
    // Each block says its length where it begins and where it ends.
    var rest = packets[...]
    while !rest.isEmpty {
        let length = rest.dropFirst(4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        precondition(length >= 12 && length % 4 == 0 && length <= rest.count, "a block of \(length) bytes")
        precondition(rest.dropFirst(4).prefix(4) == rest.prefix(length).suffix(4), "a block with two lengths")
        rest = rest.dropFirst(length)
    }
}
