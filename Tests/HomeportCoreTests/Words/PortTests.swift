import HomeportCore
import Testing

@Suite struct PortTests {
    @Test func everyPortReadsBack() throws {
        for number in UInt16(1)...UInt16.max {
            let port = try #require(Port(number))
            #expect(try Port(parsing: "\(port)") == port)
        }
    }

    @Test func zeroIsNoPort() { #expect(Port(0) == nil) }

    @Test(arguments: ["0", "65536", "99999999999999999999"])
    func outOfRangeSaysTheRange(text: String) throws {
        let error = try problem { try Port(parsing: text) }
        #expect(error.what == "port \(text) is out of range")
        #expect(error.fix == "write a number from 1 to 65535")
    }

    @Test(arguments: ["", "http", "-1", "+80", "8o80", "80 ", "0x50", "８０", "80\n"])
    func onlyDigitsAreAPort(text: String) throws {
        let error = try problem { try Port(parsing: text) }
        #expect(error.what == "\"\(text)\" is not a port")
        #expect(error.fix == "write a number from 1 to 65535")
    }

    @Test(arguments: [
        (UInt16(80), Port.Class.system), (1023, .system), (1024, .user), (49151, .user), (49152, .dynamic),
        (62893, .dynamic),
    ])
    func hasAClassOfRFC6335(number: UInt16, expected: Port.Class) throws {
        #expect(try #require(Port(number)).class == expected)
    }

    @Test func homeportsOwnIsNotGivenToOutgoingConnections() {
        #expect(Port.homeport.number == 62893)
        #expect(!Port.homeport.isEphemeral(in: 32768...60999))
        #expect(Port.homeport.isEphemeral(in: 49152...65535))
    }
}
