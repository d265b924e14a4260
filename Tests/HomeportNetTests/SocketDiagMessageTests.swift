import HomeportCore
import Testing

@testable import HomeportNet

/// The kernel's answer, laid out by hand after `linux/inet_diag.h`.
private struct Answer {
    var bytes: [UInt8] = []

    mutating func add(type: UInt16, sequence: UInt32 = 1, _ payload: [UInt8]) {
        bytes +=
            native(UInt32(16 + payload.count)) + native(type) + native(UInt16(2)) + native(sequence) + native(UInt32(7))
        bytes += payload
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    static func socket(
        family: UInt8,
        state: UInt8,
        port: UInt16,
        address: [UInt8],
        remotePort: UInt16 = 0,
        interface: UInt32 = 0,
        expires: UInt32 = 0,
        uid: UInt32 = 1000,
        inode: UInt32 = 24551,
        attributes: [UInt8] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = [family, state, 0, 0]
        bytes += [UInt8(port >> 8), UInt8(port & 255), UInt8(remotePort >> 8), UInt8(remotePort & 255)]
        bytes += address + [UInt8](repeating: 0, count: 16 - address.count)
        bytes += [UInt8](repeating: 0, count: 16)
        bytes +=
            native(interface) + native(UInt64(1)) + native(expires) + native(UInt64(0)) + native(uid) + native(inode)
        return bytes + attributes
    }

    static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let bytes = native(UInt16(4 + value.count)) + native(type) + value
        return bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }
}

private func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number) { Array($0) }
}

private func read(_ bytes: [UInt8], sequence: UInt32 = 1) -> (messages: [SocketDiagMessage], whole: Bool) {
    var messages: [SocketDiagMessage] = []
    let whole = bytes.withUnsafeBytes {
        SocketDiagMessage.read($0, transport: .tcp, sequence: sequence) { messages.append($0) }
    }
    return (messages, whole)
}

private let loopback6: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]

@Suite struct SocketDiagMessageTests {
    @Test func aListenerOnIPv4IsRead() {
        var answer = Answer()
        answer.add(type: 20, Answer.socket(family: 2, state: 10, port: 62893, address: [127, 0, 0, 1]))
        answer.add(type: 3, native(UInt32(0)))
        let expected = SocketRecord(state: .listen, local: SocketName(.loopback4, 62893), inode: 24551, uid: 1000)
        #expect(read(answer.bytes).messages == [.socket(expected), .done])
        #expect(read(answer.bytes).whole)
    }

    @Test func theWildcardOfIPv6TellsWhetherIPv4StaysOutside() throws {
        for only in [UInt8(0), 1] {
            var answer = Answer()
            let attributes = Answer.attribute(8, [0]) + Answer.attribute(11, [only])
            answer.add(type: 20, Answer.socket(family: 10, state: 10, port: 80, address: [], attributes: attributes))
            guard case .socket(let record) = read(answer.bytes).messages.first else {
                Issue.record("no socket was read")
                return
            }
            #expect(record.v6Only == (only == 1))
            #expect(record.isDualStackWildcard == (only == 0))
        }
    }

    @Test func aRememberedConnectionSaysForHowLong() {
        var answer = Answer()
        answer.add(
            type: 20,
            Answer.socket(family: 10, state: 6, port: 4000, address: loopback6, interface: 3, expires: 43_000, inode: 0)
        )
        let expected = SocketRecord(
            state: .timeWait,
            local: SocketName(.loopback6, 4000),
            remote: SocketName(.v6(IPv6(high: 0, low: 0)), 0),
            uid: 1000,
            interface: 3,
            expiresIn: .seconds(43)
        )
        #expect(read(answer.bytes).messages == [.socket(expected)])
    }

    @Test func anErrorCarriesTheErrno() {
        var answer = Answer()
        answer.add(type: 2, native(Int32(-2)) + [UInt8](repeating: 0, count: 16))
        #expect(read(answer.bytes).messages == [.failed(2)])
    }

    @Test func answersToAnotherQuestionArePassedOver() {
        var answer = Answer()
        answer.add(type: 20, sequence: 9, Answer.socket(family: 2, state: 10, port: 1, address: [127, 0, 0, 1]))
        answer.add(type: 3, native(UInt32(0)))
        #expect(read(answer.bytes).messages == [.done])
    }

    @Test func whatIsNotKnownIsPassedOver() {
        var answer = Answer()
        answer.add(type: 20, Answer.socket(family: 2, state: 99, port: 1, address: [127, 0, 0, 1]))
        answer.add(type: 20, Answer.socket(family: 1, state: 10, port: 1, address: []))
        answer.add(type: 4711, [])
        #expect(read(answer.bytes).messages == [.other, .other, .other])
    }

    @Test func aMessageCutAnywhereIsDroppedAndWhatCameBeforeIsKept() {
        var answer = Answer()
        answer.add(type: 20, Answer.socket(family: 2, state: 10, port: 80, address: [127, 0, 0, 1]))
        let first = answer.bytes.count
        answer.add(
            type: 20,
            Answer.socket(family: 10, state: 10, port: 81, address: loopback6, attributes: Answer.attribute(11, [1]))
        )
        for length in 0..<answer.bytes.count {
            let (messages, whole) = read(Array(answer.bytes[..<length]))
            #expect(messages.count == (length >= first ? 1 : 0))
            #expect(whole == (length == 0 || length == first))
        }
    }

    @Test func aMessageThatClaimsNoLengthEndsTheReading() {
        #expect(read([UInt8](repeating: 0, count: 64)) == ([], false))
        #expect(read([UInt8](repeating: 255, count: 64)) == ([], false))
    }

    @Test func aShortSocketOrAttributeIsNoSocket() {
        var answer = Answer()
        answer.add(type: 20, [2, 10, 0, 0])
        var cut = Answer.socket(family: 10, state: 10, port: 81, address: loopback6)
        cut += native(UInt16(400)) + native(UInt16(11))
        answer.add(type: 20, cut)
        let messages = read(answer.bytes).messages
        #expect(messages.first == .other)
        guard case .socket(let record) = messages.last else {
            Issue.record("a broken attribute must not cost the socket")
            return
        }
        #expect(!record.v6Only)
    }

    @Test func garbageNeverCrashes() {
        var random = SystemRandomNumberGenerator()
        var answer = Answer()
        answer.add(
            type: 20,
            Answer.socket(family: 10, state: 10, port: 81, address: loopback6, attributes: Answer.attribute(11, [1]))
        )
        answer.add(type: 2, native(Int32.min))
        for _ in 0..<20_000 {
            var bytes = answer.bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = read(bytes)
            _ = read(bytes.map { _ in .random(in: 0...255, using: &random) })
        }
    }

    @Test func aQuestionForOnePortCarriesAProgramForTheKernel() {
        let all = SocketDiag.request(family: 2, transport: .tcp, states: .listening, sequence: 5)
        #expect(all.count == 72)
        #expect(Array(all[0..<4]) == native(UInt32(72)))
        #expect(Array(all[8..<12]) == native(UInt32(5)))
        #expect(Array(all[16..<20]) == [2, 6, 0, 0])
        #expect(Array(all[20..<24]) == native(UInt32(1 << 10)))

        let one = SocketDiag.request(family: 2, transport: .udp, states: .all, port: 8080, sequence: 5)
        #expect(one[17] == 17)
        let program =
            native(UInt16(20)) + native(UInt16(1))
            + [2, 8] + native(UInt16(20)) + [0, 0] + native(UInt16(8080))
            + [3, 8] + native(UInt16(12)) + [0, 0] + native(UInt16(8080))
        #expect(Array(one[72...]) == program)
        #expect(Array(one[0..<4]) == native(UInt32(one.count)))
    }
}
