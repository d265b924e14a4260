import Crypto

/// Apache's variant of MD5-crypt: Poul-Henning Kamp's scheme of 1994 with a magic string of its own.
///
/// A first digest mixes password, magic and salt with a second one of password, salt, password; a thousand rounds then
/// mix it with itself, in an order that depends on the round's number modulo 2, 3 and 7. The result is written in
/// base 64 with crypt's own alphabet and byte order.
enum APR1 {
    private static let magic = Array("$apr1$".utf8)
    private static let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// - Parameter like: `$apr1$SALT$…`, from which the salt is taken.
    static func hash(_ password: [UInt8], like: String) -> String? {
        let parts = like.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1] == "apr1" else { return nil }
        let salt = Array(parts[2].utf8.prefix(8))
        var digest = start(password, salt)
        for round in 0..<1000 {
            var md5 = Insecure.MD5()
            md5.update(data: round % 2 == 1 ? password : digest)
            if round % 3 != 0 { md5.update(data: salt) }
            if round % 7 != 0 { md5.update(data: password) }
            md5.update(data: round % 2 == 1 ? digest : password)
            digest = Array(md5.finalize())
        }
        return String(decoding: magic + salt + [UInt8(ascii: "$")] + encode(digest), as: UTF8.self)
    }

    private static func start(_ password: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        let inner = Array(Insecure.MD5.hash(data: password + salt + password))
        var md5 = Insecure.MD5()
        md5.update(data: password + magic + salt)
        for index in password.indices { md5.update(data: [inner[index % 16]]) }
        var bits = password.count
        while bits > 0 {
            md5.update(data: [bits & 1 == 1 ? 0 : password[0]])
            bits >>= 1
        }
        return Array(md5.finalize())
    }

    private static func encode(_ digest: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        func write(_ value: Int, _ count: Int) {
            for shift in 0..<count { text.append(alphabet[value >> (6 * shift) & 63]) }
        }
        for index in 0..<5 {
            let last = index == 4 ? 5 : index + 12
            write(Int(digest[index]) << 16 | Int(digest[index + 6]) << 8 | Int(digest[last]), 4)
        }
        write(Int(digest[11]), 2)
        return text
    }
}
