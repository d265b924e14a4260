import HomeportHTTP
import NIOCore

/// A request that is passed on, and what goes wrong with it and its answer on the way; all else is as it came.
final class HTTPFaultForwarding: ForwardingRules {
    private let effect: HTTPFaults.Effect
    /// Bytes of the answer's body that have come.
    private var bodyBytes: UInt64 = 0

    init(_ effect: HTTPFaults.Effect) { self.effect = effect }

    static func head(_ head: RequestHead, _ edits: [HTTPFaults.Edit]) -> ByteBuffer {
        guard !edits.isEmpty else { return head.fields.bytes }
        var bytes = edited(head.fields, edits)
        bytes.writeStaticString("\r\n")
        return bytes
    }

    func answer(_ head: ReceivedHead) -> ResponseHead {
        guard !effect.answerEdits.isEmpty else { return ResponseHead(verbatim: head) }
        // Without the field that says where the body ends, only the connection's end does.
        let isEndless = effect.answerEdits.contains { edit in
            guard case .remove(let name) = edit else { return false }
            return ["content-length", "transfer-encoding"].contains(name.lowercased())
        }
        let block = Self.edited(head.fields, effect.answerEdits)
        return ResponseHead(verbatim: head, block: block, isEndless: isEndless)
    }

    /// The first line and the fields, without the empty line.
    private static func edited(_ fields: FieldTable, _ edits: [HTTPFaults.Edit]) -> ByteBuffer {
        let all = fields.bytes
        let start = fields.lines.first.map { Int($0.nameStart) } ?? all.readableBytes - 2
        var bytes = all.getSlice(at: all.readerIndex, length: start) ?? ByteBuffer()
        fields.copy(into: &bytes) { line in !edits.contains { fields.isNamed(line, $0.name) } }
        for case .set(let name, let value) in edits { bytes.writeString("\(name): \(value)\r\n") }
        return bytes
    }

    func pass(_ bytes: ByteBuffer) -> (bytes: ByteBuffer, isCut: Bool) {
        var bytes = bytes
        let start = bodyBytes
        bodyBytes += UInt64(bytes.readableBytes)
        for place in effect.corruptAt where place >= start && place < bodyBytes {
            let index = bytes.readerIndex + Int(place - start)
            if let byte = bytes.getInteger(at: index, as: UInt8.self) { bytes.setInteger(byte ^ 1, at: index) }
        }
        let most = effect.truncate ?? .max
        guard bodyBytes > most else { return (bytes, false) }
        return (bytes.readSlice(length: Int(most - min(most, start))) ?? ByteBuffer(), true)
    }
}

extension HTTPFaults.Edit {
    fileprivate var name: String {
        switch self {
        case .set(let name, _), .remove(let name): name
        }
    }
}
