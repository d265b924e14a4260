import HomeportCore
import Testing

@testable import HomeportGuard

/// Hashes that Debian 12's htpasswd and mkpasswd made, with the passwords that they were made of.
@Suite(.timeLimit(.minutes(1))) struct PasswordHashTests {
    static let vectors: [(password: String, hash: String)] = [
        // htpasswd -nbB
        ("correct horse", "$2y$05$9JynZWFlvkuTRQx7nSW9ue5IxgGFWcY6NKe1ubieK5mwYAGRVwyfO"),
        ("pässwörd€", "$2y$05$DX6p49oG1BUT6Jlaf3ihkui03lvPYJyiD8zQO7aP3s0mtQpqQ9Qzm"),
        ("", "$2y$05$Gd3aGZwlf5yaEX.CQrGSjuIfU3uyQjOHRRnvHvKIfCvTRbN86Qb8e"),
        // htpasswd -nbm
        ("correct horse", "$apr1$cHhnMd2O$xMxR10smmD7ONdIt8C16A0"),
        ("pässwörd€", "$apr1$zRtdwFsu$6mviuZBcdhx7RuESHnZqY1"),
        ("", "$apr1$N6LQC5AO$lCNaW5UDCRcvIkqZg.P3O1"),
        (
            "a-very-long-password-that-is-longer-than-sixteen-bytes",
            "$apr1$kIo0Q6y3$g9ijIVB8T7DjYddKz9.Rm/"
        ),
        // htpasswd -nbs
        ("correct horse", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A="),
        ("pässwörd€", "{SHA}WftlVS2jnC7Vz30QrXptSZ4eRyo="),
        ("", "{SHA}2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
        // mkpasswd -m scrypt, yescrypt, sha-512, sha-256, bcrypt, bcrypt-a
        ("correct horse", "$7$CU..../....plsrGAFJ7a79Y0ogFT4Fd.$Ers0i1V4nMRwjUD.4ZdHJmt7i.GGICoxYy.RmB1M1CC"),
        ("pässwörd€", "$7$CU..../....XmoOqikZezF5ZJKQRS1XM0$Qmb6/rLPmONbw6hXQ6Th0brnTY44FlmH0fqIRyWKMIC"),
        ("correct horse", "$y$j9T$X4gfUpMNnMQEjWtYrto5e/$GeF8W8fm2UcWO7o4DiYA469tHQJz2did9wKdS0TlgQ2"),
        ("", "$y$j9T$WBTN2UPhmudNk.XULjvBf.$tH7.SZB2cTlj7WF/jZdePzLsTCCFUmJ9BepjrwUMyV."),
        (
            "correct horse",
            "$6$k.gMMsRVgQPUdYUI$boAN.8Uz0suUSiKlSRIXtsOeYI0vLlHmA2WC0p6Ys6HAdBGkNnq04FYOMS84BmSIdybSXbzpqdBmZPs4EQbwl/"
        ),
        (
            "pässwörd€",
            "$6$F14DlvXJzJypea8Y$n6/t5ff84qCS3qwf3TU2ykk0ovG6yJqhXmWiuhlihWZ3tk1iaeV/oYqHe23XDzwbiWO7P0CtzVP/onKgYAOjS."
        ),
        ("correct horse", "$5$3jMvA1OD9YVc8OlF$QWr53GDPGGKmVH/gEc9qr02m5hU2JJ1C9bCI9Ttvuk0"),
        ("correct horse", "$2b$05$IVWwlPZQpeNzkmOY7AbyIOzE5JjDryDqMNK0hHgloE/HdRJ0M28oi"),
        ("correct horse", "$2a$05$3Sw.72jeAAPqe4RiC/YWkOerhaPGJPEj1m6l6zLICzA3Wppnenw96"),
    ]

    @Test(arguments: PasswordHashTests.vectors.indices)
    func aRealHashKnowsItsPasswordAndNoOther(index: Int) throws {
        let (password, text) = Self.vectors[index]
        let hash = try PasswordHash(parsing: text)
        #expect(hash.matches(Array(password.utf8)))
        for wrong in [password + "x", "Correct horse", "passwörd€", password + " "] {
            #expect(!hash.matches(Array(wrong.utf8)))
        }
        if !password.isEmpty { #expect(!hash.matches([])) }
        #expect(!hash.matches(Array(password.utf8) + [0]))
    }

    @Test(arguments: ["", "secret", "rl.3StKT.4T8M", "$1$abc$abcdefghijklmnopqrstuv", "{SSHA}abc", "plain:$2y$05$x"])
    func whatIsNoHashIsRefusedAndNotRepeated(text: String) throws {
        let error = try #require(throws: HomeportError.self) { try PasswordHash(parsing: text) }
        #expect(error.fix?.contains("htpasswd -nB") == true)
        if !text.isEmpty { #expect(!error.description.contains(text)) }
    }

    @Test(arguments: PasswordHashTests.vectors.indices)
    func halfAHashIsRefusedAtOnce(index: Int) throws {
        let text = Self.vectors[index].hash
        for half in [String(text.dropLast()), text + "x", text + " "] {
            let error = try #require(throws: HomeportError.self) { try PasswordHash(parsing: half) }
            #expect(error.what == "a part of the password hash is missing")
        }
    }

    /// One attempt would take hours, or could never succeed.
    @Test(arguments: [
        "$2y$99$" + String(repeating: "a", count: 53), "$2y$31$" + String(repeating: "a", count: 53),
        "$6$rounds=999999999$salt$" + String(repeating: "a", count: 86),
    ])
    func aHashThatCannotBeCheckedIsRefusedAtOnce(text: String) throws {
        let error = try #require(throws: HomeportError.self) { try PasswordHash(parsing: text) }
        #expect(error.what == "the password hash asks for more work than can be done")
    }

    @Test(arguments: ["", "alice", ":$apr1$cHhnMd2O$xMxR10smmD7ONdIt8C16A0"])
    func aCredentialIsAUserAndAHash(text: String) throws {
        let error = try #require(throws: HomeportError.self) { try Credential(parsing: text) }
        #expect(error.what == "a credential is USER:HASH")
        #expect(error.code.blame == .words)
    }

    @Test func comparisonIsOfEveryByte() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2], [1, 2]))
        #expect(!ConstantTime.equal([1, 2], [1, 3]))
        #expect(!ConstantTime.equal([1, 2], [1]))
    }
}
