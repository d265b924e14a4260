import NIOCore

/// How many exchanges an export has in it, and how many that match it leaves out; told behind it, in the trailer.
package struct TapExportCount: Sendable, Equatable {
    package var written = 0
    package var left = 0

    static let (writtenField, leftField) = ("Homeport-Exchanges", "Homeport-Left-Out")

    init() {}

    init?(trailer: ByteBuffer) {
        let lines = String(buffer: trailer).split(separator: "\r\n").map { $0.split(separator: ": ", maxSplits: 1) }
        func number(_ name: String) -> Int? { lines.first { $0.count == 2 && $0[0] == name }.flatMap { Int($0[1]) } }
        guard let written = number(Self.writtenField), let left = number(Self.leftField) else { return nil }
        (self.written, self.left) = (written, left)
    }

    var trailer: ByteBuffer { ByteBuffer(string: "\(Self.writtenField): \(written)\r\n\(Self.leftField): \(left)\r\n") }
}
