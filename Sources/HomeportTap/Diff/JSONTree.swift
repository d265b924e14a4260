#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A JSON text by its structure: order of members, spaces and ways to write a number do not count.
indirect enum JSONTree: Equatable {
    case null
    case bool(Bool)
    /// To the last digit: two numbers beyond 2⁵³ are not one.
    case number(Decimal)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    /// Nil where it is none.
    init?(_ bytes: [UInt8]) {
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        // What is neither an object nor a list is compared as text.
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
        guard let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(bytes)) else { return nil }
        self = tree
    }

    /// Calls `tell` with each place where the two differ: `$.items[2].price`.
    func compare(
        with other: JSONTree,
        at path: String,
        _ tell: (_ path: String, _ before: String?, _ after: String?) -> Void
    ) {
        switch (self, other) {
        case (.object(let old), .object(let new)):
            for key in Set(old.keys).union(new.keys).sorted() {
                let place = "\(path).\(key)"
                switch (old[key], new[key]) {
                case (let before?, let after?): before.compare(with: after, at: place, tell)
                case (let before, let after): tell(place, before?.shown, after?.shown)
                }
            }
        case (.list(let old), .list(let new)):
            for index in 0..<max(old.count, new.count) {
                let place = "\(path)[\(index)]"
                if index < old.count, index < new.count {
                    old[index].compare(with: new[index], at: place, tell)
                } else {
                    tell(place, index < old.count ? old[index].shown : nil, index < new.count ? new[index].shown : nil)
                }
            }
        default: if self != other { tell(path, shown, other.shown) }
        }
    }

    /// On one line, and not endless.
    private var shown: String {
        let text =
            switch self {
            case .null: "null"
            case .bool(let value): "\(value)"
            case .number(let value): "\(value)"
            case .text(let value): "\"\(value)\""
            case .list(let all): "[\(all.map(\.shown).joined(separator: ", "))]"
            case .object(let all):
                "{\(all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.shown)" }.joined(separator: ", "))}"
            }
        return text.count > 200 ? "\(text.prefix(200))…" : text
    }
}

extension JSONTree: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Key.self) {
            self = .object(
                try Dictionary(
                    members.allKeys.map { ($0.stringValue, try members.decode(JSONTree.self, forKey: $0)) }
                ) { $1 }
            )
        } else if var all = try? decoder.unkeyedContainer() {
            var list: [JSONTree] = []
            while !all.isAtEnd { list.append(try all.decode(JSONTree.self)) }
            self = .list(list)
        } else {
            let one = try decoder.singleValueContainer()
            if one.decodeNil() {
                self = .null
            } else if let value = try? one.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? one.decode(Decimal.self) {
                self = .number(value)
            } else {
                self = .text(try one.decode(String.self))
            }
        }
    }
}
