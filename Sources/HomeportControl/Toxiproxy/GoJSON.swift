/// JSON as Go's `encoding/json` reads it, down to the words of its errors: they are what clients of Toxiproxy are told.
///
/// One value is read; what follows it is not looked at. Nothing here recurses, and what lies deeper than anything that is
/// asked for is checked and not kept: a text of brackets alone can be as long as it likes.
enum GoJSON {
    indirect enum Value: Equatable, Sendable {
        case null
        case bool(Bool)
        /// As it was written.
        case number(String)
        case string(String)
        case array([Value])
        /// In the order of the text; a key may come again.
        case object([Member])

        /// As Go's errors call it.
        var kind: String {
            switch self {
            case .null: "null"
            case .bool: "bool"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        }
    }

    struct Member: Equatable, Sendable {
        let key: String
        let value: Value
    }

    struct Failure: Error, Equatable {
        let text: String
    }

    /// - Throws: ``Failure`` with Go's words: `EOF`, `unexpected EOF`, `invalid character 'x' looking for …`.
    static func read(_ bytes: some Collection<UInt8>) throws(Failure) -> Value {
        var reader = Reader(Array(bytes))
        return try reader.value()
    }

    /// What Go allows.
    private static let deepest = 10_000
    /// What is kept: a list of proxies with toxics with attributes, and one more.
    private static let kept = 8

    private enum Open {
        case array([Value])
        case object([Member], key: String)
        /// Too deep to be kept.
        case other(isObject: Bool)

        var isObject: Bool {
            switch self {
            case .array: false
            case .object: true
            case .other(let isObject): isObject
            }
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        var open: [Open] = []

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        mutating func value() throws(Failure) -> Value {
            skipSpace()
            guard at < bytes.count else { throw Failure(text: "EOF") }
            while true {
                guard var value = try begin() else { continue }
                // A value is complete: what holds it may be, too.
                while true {
                    guard !open.isEmpty else { return value }
                    put(value)
                    guard let closed = try next() else { break }
                    value = closed
                }
            }
        }

        /// Begins a value.
        /// - Returns: nil where something was opened that holds values, of which the first is to come.
        private mutating func begin() throws(Failure) -> Value? {
            skipSpace()
            let byte = try here()
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let isObject = byte == UInt8(ascii: "{")
                guard open.count < GoJSON.deepest else { throw wrong("exceeded max depth") }
                at += 1
                skipSpace()
                if try here() == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    at += 1
                    return isObject ? .object([]) : .array([])
                }
                if open.count >= GoJSON.kept {
                    open.append(.other(isObject: isObject))
                } else {
                    open.append(isObject ? .object([], key: "") : .array([]))
                }
                if isObject { try key() }
                return nil
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
            case UInt8(ascii: "t"): return try literal("true", .bool(true))
            case UInt8(ascii: "f"): return try literal("false", .bool(false))
            case UInt8(ascii: "n"): return try literal("null", .null)
            default: throw wrong("looking for beginning of value")
            }
        }

        /// What follows a value that something holds.
        /// - Returns: That, where it ends; nil where another value comes.
        private mutating func next() throws(Failure) -> Value? {
            skipSpace()
            let isObject = open[open.count - 1].isObject
            switch try here() {
            case UInt8(ascii: ","):
                at += 1
                if isObject { try key() }
                return nil
            case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                at += 1
                switch open.removeLast() {
                case .array(let values): return .array(values)
                case .object(let members, _): return .object(members)
                case .other: return isObject ? .object([]) : .array([])
                }
            default: throw wrong(isObject ? "after object key:value pair" : "after array element")
            }
        }

        private mutating func put(_ value: Value) {
            switch open.removeLast() {
            case .array(var values):
                values.append(value)
                open.append(.array(values))
            case .object(var members, let key):
                members.append(Member(key: key, value: value))
                open.append(.object(members, key: ""))
            case .other(let isObject): open.append(.other(isObject: isObject))
            }
        }

        private mutating func key() throws(Failure) {
            skipSpace()
            guard try here() == UInt8(ascii: "\"") else { throw wrong("looking for beginning of object key string") }
            let key = try string()
            skipSpace()
            guard try here() == UInt8(ascii: ":") else { throw wrong("after object key") }
            at += 1
            if case .object(let members, _) = open[open.count - 1] { open[open.count - 1] = .object(members, key: key) }
        }

        // MARK: Scalars

        private mutating func string() throws(Failure) -> String {
            at += 1
            var units: [UInt8] = []
            while true {
                let byte = try here()
                switch byte {
                case UInt8(ascii: "\""):
                    at += 1
                    return String(decoding: units, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    at += 1
                    try escape(&units)
                case 0..<0x20: throw wrong("in string literal")
                default:
                    units.append(byte)
                    at += 1
                }
            }
        }

        private mutating func escape(_ units: inout [UInt8]) throws(Failure) {
            let plain: [UInt8: UInt8] = [
                UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13,
                UInt8(ascii: "t"): 9, UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt8(ascii: "/"),
                UInt8(ascii: "\""): UInt8(ascii: "\""),
            ]
            let byte = try here()
            if let unit = plain[byte] {
                units.append(unit)
                at += 1
                return
            }
            guard byte == UInt8(ascii: "u") else { throw wrong("in string escape code") }
            at += 1
            var scalar = try hexadecimal()
            if scalar >> 10 == 0x36 {
                // Half of a pair: without the other half it stands for nothing.
                let before = at
                if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
                    at += 2
                    let low = try hexadecimal()
                    if low >> 10 == 0x37 {
                        scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
                    } else {
                        at = before
                    }
                }
            }
            units += Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
        }

        private mutating func hexadecimal() throws(Failure) -> UInt32 {
            var value: UInt32 = 0
            for _ in 0..<4 {
                let byte = try here()
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                    throw wrong("in \\u hexadecimal character escape")
                }
                value = value << 4 | UInt32(digit)
                at += 1
            }
            return value
        }

        private mutating func number() throws(Failure) -> String {
            let start = at
            if bytes[at] == UInt8(ascii: "-") { at += 1 }
            // What is not of it is not wrong either: whatever follows is looked at next.
            if try digit("in numeric literal") == UInt8(ascii: "0") { at += 1 } else { skipDigits() }
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                at += 1
                _ = try digit("after decimal point in numeric literal")
                skipDigits()
            }
            if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
                at += 1
                if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
                _ = try digit("in exponent of numeric literal")
                skipDigits()
            }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }

        private func digit(_ place: String) throws(Failure) -> UInt8 {
            let byte = try here()
            guard Self.isDigit(byte) else { throw wrong(place) }
            return byte
        }

        private mutating func skipDigits() { while at < bytes.count, Self.isDigit(bytes[at]) { at += 1 } }

        private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

        private mutating func literal(_ word: String, _ value: Value) throws(Failure) -> Value {
            for expected in word.utf8 {
                guard try here() == expected else {
                    throw wrong("in literal \(word) (expecting '\(Character(Unicode.Scalar(expected)))')")
                }
                at += 1
            }
            return value
        }

        // MARK: Bytes

        private func here() throws(Failure) -> UInt8 {
            guard at < bytes.count else { throw Failure(text: "unexpected EOF") }
            return bytes[at]
        }

        private mutating func skipSpace() {
            while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        }

        private func wrong(_ place: String) -> Failure {
            Failure(text: "invalid character \(Self.quoted(bytes[at])) \(place)")
        }

        private static func quoted(_ byte: UInt8) -> String {
            switch byte {
            case UInt8(ascii: "'"): return #"'\''"#
            case UInt8(ascii: "\\"): return #"'\\'"#
            case 7: return #"'\a'"#
            case 8: return #"'\b'"#
            case 9: return #"'\t'"#
            case 10: return #"'\n'"#
            case 11: return #"'\v'"#
            case 12: return #"'\f'"#
            case 13: return #"'\r'"#
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                return "'\\x\(digits.count < 2 ? "0" : "")\(digits)'"
            // A byte stands for the character of its number; those that cannot be seen are written as numbers.
            case 0x80...0xA0, 0xAD: return "'\\u00\(String(byte, radix: 16))'"
            default: return "'\(Character(Unicode.Scalar(byte)))'"
            }
        }
    }
}
