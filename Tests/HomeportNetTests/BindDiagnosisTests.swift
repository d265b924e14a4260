import HomeportCore
import Testing

@testable import HomeportNet

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

private let caddy = RunningProcess(pid: 812, command: "caddy", uid: 33, user: "www")
private let node = RunningProcess(pid: 900, command: "node", uid: 1000, user: "ana")
private let any4 = IPAddress.v4(IPv4(bits: 0))
private let any6 = IPAddress.v6(IPv6(high: 0, low: 0))
private let lan4 = IPAddress.v4(IPv4(bits: 0xC000_0202))

private func holder(
    _ address: IPAddress,
    _ state: SocketRecord.State = .listen,
    by processes: RunningProcess...,
    uid: UInt32 = 33,
    v6Only: Bool = true,
    remote: SocketName? = nil,
    expiresIn: Duration? = nil
) -> PortHolder {
    let local = SocketName(address, 8080)
    return PortHolder(
        SocketRecord(
            state: state,
            local: local,
            remote: remote,
            uid: uid,
            v6Only: v6Only,
            expiresIn: expiresIn
        ),
        processes
    )
}

private func diagnose(
    _ holders: PortHolder...,
    errno: CInt = EADDRINUSE,
    addresses: [IPAddress]? = nil,
    viewer: UInt32 = 1000
) throws -> HomeportError {
    let port = try Port.known(8080)
    let diagnosis = BindDiagnosis(.loopbacks(port), addresses: addresses, holders: holders, viewer: viewer)
    return diagnosis.error(SystemFailure("bind", errno))
}

@Suite struct BindDiagnosisTests {
    @Test func oneProgramOnBothLoopbacksIsOneSentence() throws {
        let error = try diagnose(holder(.loopback4, by: caddy), holder(.loopback6, by: caddy))
        #expect(error.code == .portTaken)
        #expect(error.code.blame == .world)
        #expect(error.errno == EADDRINUSE)
        #expect(error.subject == "localhost:8080")
        #expect(
            error.what
                == "port 8080 is taken: pid 812 (caddy) of user www listens on 127.0.0.1:8080 and [::1]:8080"
        )
        #expect(
            error.fix
                == "stop it with sudo kill 812, or choose another port with --port N; homeport ports 8080 explains"
        )
    }

    @Test func whoAskedForAnExplanationIsNotSentToAskForIt() throws {
        var diagnosis = BindDiagnosis(.loopbacks(try Port.known(8080)), holders: [holder(.loopback4, by: node)])
        diagnosis.offersOtherPort = false
        #expect(diagnosis.error(SystemFailure("bind", EADDRINUSE)).fix == "stop it with kill 900")
    }

    @Test func halfAPortIsATrap() throws {
        let six = try diagnose(holder(.loopback6, by: node))
        #expect(
            six.what == "127.0.0.1:8080 is free, but [::1]:8080 belongs to pid 900 (node) of user ana; "
                + "half a port is a trap, since browsers try ::1 first"
        )
        #expect(six.fix?.hasPrefix("stop it with kill 900,") == true)
        let four = try diagnose(holder(.loopback4, by: node))
        #expect(four.what.hasPrefix("[::1]:8080 is free, but 127.0.0.1:8080 belongs to pid 900 (node) of user ana;"))
    }

    @Test func withoutIPv6ThereIsNoOtherHalf() throws {
        let error = try diagnose(holder(.loopback4, by: node), addresses: [.loopback4])
        #expect(error.what == "port 8080 is taken: pid 900 (node) of user ana listens on 127.0.0.1:8080")
    }

    @Test func aWildcardOwnerIsSaidToBeOne() throws {
        let four = try diagnose(holder(any4, by: node))
        #expect(
            four.what == "[::1]:8080 is free, but 127.0.0.1:8080 is taken: "
                + "pid 900 (node) of user ana listens on every IPv4 address (0.0.0.0:8080); "
                + "half a port is a trap, since some programs try 127.0.0.1 first and some ::1"
        )
        let dual = try diagnose(holder(any6, by: node, v6Only: false))
        #expect(
            dual.what == "port 8080 is taken: "
                + "pid 900 (node) of user ana listens on every address, IPv4 included ([::]:8080)"
        )
        let six = try diagnose(holder(any6, by: node))
        #expect(six.what.contains("127.0.0.1:8080 is free, but [::1]:8080 is taken: pid 900 (node) of user ana"))
        #expect(six.what.contains("listens on every IPv6 address ([::]:8080)"))
    }

    @Test func twoOwnersAreBothNamed() throws {
        let error = try diagnose(holder(.loopback4, by: caddy), holder(.loopback6, by: node), viewer: 0)
        #expect(
            error.what == "port 8080 is taken: pid 812 (caddy) of user www listens on 127.0.0.1:8080; "
                + "pid 900 (node) of user ana listens on [::1]:8080"
        )
        #expect(error.fix?.hasPrefix("stop them with kill 812 900,") == true)
    }

    @Test func theAnswerStaysShortWithManyOwners() throws {
        let many = (1...5).map { RunningProcess(pid: $0, command: "node", uid: 1000, user: "ana") }
        let diagnosis = BindDiagnosis(
            .loopbacks(try Port.known(8080)),
            holders: many.map { holder(.loopback4, by: $0) } + [holder(.loopback6, by: caddy)],
            viewer: 1000
        )
        let error = diagnosis.error(SystemFailure("listen", EADDRINUSE))
        #expect(error.what.hasSuffix("; and 3 more"))
    }

    @Test func workersThatShareASocketAreCounted() throws {
        let error = try diagnose(holder(.loopback4, by: caddy, node), addresses: [.loopback4])
        #expect(error.what.contains("pid 812 (caddy) of user www and 1 more listens on"))
        #expect(error.fix?.contains("kill 812 900") == true)
    }

    @Test func whoCannotBeSeenIsToldByUser() throws {
        let other = try diagnose(holder(.loopback4, uid: 33), addresses: [.loopback4])
        #expect(other.what == "port 8080 is taken: a process of another user (uid 33) listens on 127.0.0.1:8080")
        #expect(other.fix?.hasPrefix("run with sudo to see who it is,") == true)
        let root = try diagnose(holder(.loopback4, uid: 33), addresses: [.loopback4], viewer: 0)
        #expect(root.what.contains("a process that cannot be seen from here (uid 33) listens on"))
        #expect(root.fix?.hasPrefix("look for it in containers,") == true)
        let mine = try diagnose(holder(.loopback4, uid: 1000), addresses: [.loopback4])
        #expect(mine.what.contains("a process of yours that cannot be seen from here listens on"))
    }

    @Test func aConnectionMayHoldThePortAsItsSource() throws {
        let server = SocketName(lan4, 443)
        let error = try diagnose(holder(.loopback4, .established, by: node, remote: server), addresses: [.loopback4])
        #expect(
            error.what == "port 8080 is taken: pid 900 (node) of user ana uses 127.0.0.1:8080 as its end of "
                + "a connection to 192.0.2.2:443"
        )
        #expect(error.fix?.hasPrefix("wait for that connection to end,") == true)
    }

    @Test func connectionsThatAListenerAcceptedAreNoNews() throws {
        let accepted = (1...50).map {
            holder(.loopback4, .established, by: node, remote: SocketName(.loopback4, 40000 + $0))
        }
        let diagnosis = BindDiagnosis(
            .loopbacks(try Port.known(8080)),
            addresses: [.loopback4],
            holders: accepted + [holder(.loopback4, by: node)]
        )
        let error = diagnosis.error(SystemFailure("bind", EADDRINUSE))
        #expect(error.what == "port 8080 is taken: pid 900 (node) of user ana listens on 127.0.0.1:8080")
    }

    @Test func aClosedConnectionIsRememberedForAWhile() throws {
        let server = SocketName(.loopback4, 5000)
        let error = try diagnose(
            holder(.loopback4, .timeWait, remote: server, expiresIn: .milliseconds(42_300)),
            addresses: [.loopback4]
        )
        #expect(
            error.what
                == "port 8080 is taken: a connection to 127.0.0.1:5000 was closed a moment ago, and is remembered"
        )
        #expect(error.fix?.hasPrefix("wait 43 s,") == true)
    }

    @Test func aSocketMayHoldThePortWithoutListening() throws {
        let error = try diagnose(holder(.loopback4, .bound, by: node), addresses: [.loopback4])
        #expect(error.what.hasSuffix("pid 900 (node) of user ana holds 127.0.0.1:8080 without listening"))
        #expect(error.fix?.hasPrefix("stop it with kill 900,") == true)
    }

    @Test func whatIsElsewhereIsNotInTheWay() throws {
        let elsewhere = try diagnose(holder(lan4, by: node))
        #expect(elsewhere.what.contains("gone or cannot be seen"))
        #expect(try diagnose().fix?.hasPrefix("try again") == true)
    }

    @Test func aWildcardMeetsWhoHoldsOneOfItsAddresses() throws {
        let place = ListenPlace.address(.ipv4(IPv4(bits: 0), try Port.known(8080)))
        let diagnosis = BindDiagnosis(place, holders: [holder(lan4, by: node)], viewer: 1000)
        let error = diagnosis.error(SystemFailure("bind", EADDRINUSE))
        #expect(error.what == "port 8080 is taken: pid 900 (node) of user ana listens on 192.0.2.2:8080")
        #expect(error.subject == "0.0.0.0:8080")
    }

    @Test func aPrivilegedPortSaysFromWhereOnItIsFree() throws {
        let diagnosis = BindDiagnosis(.loopbacks(try Port.known(80)), viewer: 1000)
        let error = diagnosis.error(SystemFailure("bind", EACCES))
        #expect(error.code == .portPrivileged)
        #expect(error.what == "listening on port 80 needs privilege: ports below 1024 are kept for root")
        #expect(error.fix?.contains("ip_unprivileged_port_start=80") == true)
        #expect(try diagnose(errno: EACCES).code == .cannotListen)
    }

    @Test func otherAnswersOfTheKernelAreWordsToo() throws {
        #expect(try diagnose(errno: EADDRNOTAVAIL).fix == "bring it up with sudo ip link set lo up")
        #expect(try diagnose(errno: EMFILE).what == "there are too many open files")
        #expect(try diagnose(errno: EINVAL).what == "bind failed: invalid argument")
        let any = BindDiagnosis(.loopbacks(nil)).error(SystemFailure("bind", EADDRINUSE))
        #expect(any.what == "no port is free on both loopbacks")
        #expect(any.subject == "both loopbacks")
    }
}
