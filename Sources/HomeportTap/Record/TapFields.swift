/// The fields of a head that was taken down, as text: for looking at, off the road.
///
/// Bytes that are no UTF-8 are shown as U+FFFD.
package struct TapFields: Sendable {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// `HTTP/1.1 200 OK`, or the request's line.
    package let firstLine: String
    package let all: [Field]

    /// - Parameter head: With its line ends; a field that goes on in another line is not one of ours.
    init(_ head: [UInt8]) {
        var lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        firstLine = lines.popFirst().map { Self.text($0) } ?? ""
        all = lines.compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { return nil }
            let value = Substring(Self.text(line[(colon + 1)...])).trimmed
            return Field(name: Self.text(line[..<colon]), value: String(value))
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
    }

    /// - Parameter name: In lower case.
    package func values(of name: String) -> [String] {
        all.compactMap { $0.name.lowercased() == name ? $0.value : nil }
    }

    package func first(_ name: String) -> String? { all.first { $0.name.lowercased() == name }?.value }
}

extension TapRow {
    /// The answer's media type, without its parameters.
    package var type: String? {
        fields(.response).first("content-type").map { String($0.prefix { $0 != ";" }.trimmed) }
    }

    package func fields(_ side: TapSide) -> TapFields { TapFields(side == .request ? requestHead : responseHead) }
}
