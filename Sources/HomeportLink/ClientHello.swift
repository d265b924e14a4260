/// The first message of a TLS connection, as far as it says whom it is for.
enum ClientHello {
    enum Name: Equatable {
        /// It is no TLS, or names nobody.
        case none
        /// More bytes are to come.
        case unknown
        case name(String)
    }

    /// - Parameter bytes: What a client has sent so far.
    static func serverName(_ bytes: [UInt8]) -> Name {
        guard let first = bytes.first else { return .unknown }
        guard first == 0x16 else { return .none }
        var message: [UInt8] = []
        var rest = bytes[...]
        // It may lie in several records.
        while let record = rest.first {
            guard record == 0x16 else { break }
            guard rest.count >= 5 else { return .unknown }
            let length = number(rest.dropFirst(3).prefix(2))
            message += rest.dropFirst(5).prefix(length)
            rest = rest.dropFirst(5 + length)
        }
        guard message.count >= 4 else { return .unknown }
        guard message[0] == 1 else { return .none }
        let whole = 4 + number(message[1..<4])
        guard message.count >= whole else { return .unknown }
        return name(in: message[4..<whole])
    }

    private static func name(in hello: ArraySlice<UInt8>) -> Name {
        var rest = hello.dropFirst(2 + 32)
        func skip(_ width: Int) -> Bool {
            guard rest.count >= width else { return false }
            let length = number(rest.prefix(width))
            guard rest.count >= width + length else { return false }
            rest = rest.dropFirst(width + length)
            return true
        }
        // Session, cipher suites, compression.
        guard skip(1), skip(2), skip(1), rest.count >= 2 else { return .none }
        rest = rest.dropFirst(2)
        while rest.count >= 4 {
            let (type, length) = (number(rest.prefix(2)), number(rest.dropFirst(2).prefix(2)))
            guard rest.count >= 4 + length else { return .none }
            if type == 0 {
                let entry = rest.dropFirst(4).prefix(length).dropFirst(2)
                guard entry.count >= 3, entry.first == 0 else { return .none }
                let name = entry.dropFirst(3).prefix(number(entry.dropFirst().prefix(2)))
                return .name(String(decoding: name, as: UTF8.self).lowercased())
            }
            rest = rest.dropFirst(4 + length)
        }
        return .none
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
