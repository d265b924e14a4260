import HomeportCore
import HomeportNet
import Testing

@testable import HomeportRuntime

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct DoctorTests {
    @Test func aLoopbackThatDoesNotWorkIsAFailureAndAMissingIPv6IsNot() {
        #expect(Doctor.loopbacks(nil, nil).verdict == .ok)
        #expect(Doctor.loopbacks(nil, SystemFailure("bind", EADDRNOTAVAIL)).verdict == .warning)
        #expect(Doctor.loopbacks(SystemFailure("connect", ETIMEDOUT), nil).verdict == .failure)
        #expect(Doctor.loopbacks(SystemFailure("bind", EADDRNOTAVAIL), nil).facts.contains("cannot assign"))
    }

    @Test func aNameThatOnlyBrowsersKnowIsAWarning() {
        let finding = Doctor.names(localhost: .addresses([.loopback4]), below: .failed("Name or service not known"))
        #expect(finding.verdict == .warning)
        #expect(finding.facts.contains("Node, Deno, Bun, Python, Java"))
        #expect(finding.fix?.contains("libnss-myhostname") == true)
    }

    @Test func namesThatResolveHereAreFine() {
        let both = NameLookup.Answer.addresses([.loopback4, .loopback6])
        let finding = Doctor.names(localhost: both, below: both)
        #expect(finding.verdict == .ok)
        #expect(finding.facts == "localhost and NAME.localhost are 127.0.0.1 and ::1")
    }

    @Test func aNameThatLeadsElsewhereIsAFailure() throws {
        let elsewhere = IPAddress.v4(try #require(IPv4("203.0.113.5")))
        let finding = Doctor.names(localhost: .addresses([.loopback4]), below: .addresses([elsewhere]))
        #expect(finding.verdict == .failure)
        #expect(finding.facts.contains("203.0.113.5"))
    }

    @Test func aResolverThatHangsIsAWarning() {
        #expect(Doctor.names(localhost: .addresses([.loopback4]), below: .late).facts.contains("for web.localhost"))
        #expect(Doctor.names(localhost: .late, below: .late).verdict == .warning)
        #expect(Doctor.names(localhost: .failed("no"), below: .failed("no")).fix?.contains("/etc/hosts") == true)
    }

    @Test func aWideEphemeralRangeIsNoticed() {
        #expect(Doctor.ephemeralRange(PortRules(ephemeral: 32768...60999)).verdict == .ok)
        #expect(Doctor.ephemeralRange(PortRules(ephemeral: 32768...61500)).verdict == .note)
        let wide = Doctor.ephemeralRange(PortRules(ephemeral: 1024...65535, reserved: [8080...8090]))
        #expect(wide.verdict == .warning)
        #expect(wide.fix?.hasSuffix("=8080-8090,62893") == true)
        let kept = PortRules(ephemeral: 1024...65535, reserved: [62893...62893])
        #expect(Doctor.ephemeralRange(kept).verdict == .note)
    }

    @Test func fewDescriptorsAreSaidWithTheRightCure() {
        #expect(Doctor.descriptors(soft: 65536, hard: .max).verdict == .ok)
        let raisable = Doctor.descriptors(soft: 1024, hard: 524_288)
        #expect(raisable.verdict == .note)
        #expect(raisable.fix == "raise it for them in the shell with ulimit -n 65536")
        let few = Doctor.descriptors(soft: 1024, hard: 1024)
        #expect(few.verdict == .warning)
        #expect(few.fix?.contains("limits.conf") == true)
    }

    @Test func fewWatchesAreAWarning() {
        #expect(Doctor.watches(folders: 200_000, instances: 128).verdict == .ok)
        #expect(Doctor.watches(folders: 10_000, instances: 128).verdict == .note)
        #expect(Doctor.watches(folders: 4096, instances: 16).verdict == .warning)
    }

    @Test func homeportsOwnPortMayBeHomeports() {
        func port(_ processes: RunningProcess...) -> Finding {
            let socket = SocketRecord(state: .listen, local: SocketName(.loopback4, 62893))
            return Doctor.port(
                PortExplanation(
                    .homeport,
                    rules: PortRules(ephemeral: 32768...60999),
                    holders: processes.map { PortHolder(socket, [$0]) },
                    viewer: 1000,
                    refusal: processes.isEmpty ? nil : HomeportError(.portTaken, "port 62893 is taken", fix: "stop it")
                )
            )
        }
        #expect(port().verdict == .ok)
        #expect(port(RunningProcess(pid: 5, command: "homeport", uid: 1000, user: "ana")).verdict == .ok)
        let other = port(RunningProcess(pid: 5, command: "node", uid: 1000, user: "ana"))
        #expect(other.verdict == .warning)
        #expect(other.fix == "stop it")
    }

    @Test(.timeLimit(.minutes(1))) func theWholeExaminationComesToAnEnd() async {
        let ids = await Doctor.examine().map(\.id)
        #expect(ids.starts(with: ["loopbacks", "names", "port", "ephemeral", "descriptors", "state"]))
    }
}
