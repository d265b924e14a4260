package import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why somebody could not listen, in words. "Address already in use" is true and useless: it does not tell who uses
/// it, nor that the user may be an outgoing connection, a listener on all addresses, or one on the other family's
/// loopback only.
///
/// This is the pure part: what was asked for, what the kernel answered, and which sockets there are.
package struct BindDiagnosis: Sendable {
    package var place: ListenPlace
    /// What was to be bound, without `::1` where the machine has no IPv6.
    package var addresses: [IPAddress]
    package var port: UInt16
    /// The sockets on that port, in any state.
    package var holders: [PortHolder]
    package var rules: PortRules
    /// The user who is told: what is hidden from one is visible to root.
    package var viewer: UInt32
    /// The addresses that this machine does have.
    package var machine: [IPAddress]
    /// Whether the words are for somebody who can choose another port, and has not asked for an explanation yet.
    package var offersOtherPort = true

    package init(
        _ place: ListenPlace,
        port: UInt16? = nil,
        addresses: [IPAddress]? = nil,
        holders: [PortHolder] = [],
        rules: PortRules = PortRules(ephemeral: 32768...60999),
        viewer: UInt32 = 0,
        machine: [IPAddress] = []
    ) {
        self.place = place
        self.addresses = addresses ?? place.addresses
        self.port = port ?? place.port?.number ?? 0
        self.holders = holders
        self.rules = rules
        self.viewer = viewer
        self.machine = machine
    }

    package func error(_ failure: SystemFailure) -> HomeportError {
        var error =
            switch failure.errno {
            case EADDRINUSE: place.port == nil ? noneFree : taken
            case EACCES, EPERM: forbidden
            case EADDRNOTAVAIL: missing
            case EAFNOSUPPORT: HomeportError(.addressMissing, "this machine has no IPv6", fix: "use 127.0.0.1 instead")
            case EMFILE, ENFILE:
                HomeportError(
                    .cannotListen,
                    "there are too many open files",
                    fix: failure.errno == EMFILE ? "raise the limit with ulimit -n 65536" : "close some programs"
                )
            default:
                HomeportError(.cannotListen, "\(failure.call) failed: \(SystemFailure.text(failure.errno))")
            }
        error.subject = place.description
        error.errno = failure.errno
        return error
    }

    private var noneFree: HomeportError {
        HomeportError(.portTaken, "no port is free on both loopbacks", fix: "homeport ports lists who has them")
    }

    private var forbidden: HomeportError {
        guard port < rules.unprivilegedFrom else {
            return HomeportError(
                .cannotListen,
                "the system does not let this program listen on port \(port)",
                fix: "a security policy such as SELinux, AppArmor or seccomp may forbid it"
            )
        }
        return HomeportError(
            .portPrivileged,
            "listening on port \(port) needs privilege: ports below \(rules.unprivilegedFrom) are kept for root",
            fix: "choose one from \(rules.unprivilegedFrom) up with --port N, "
                + "or allow it: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=\(port)"
        )
    }

    private var missing: HomeportError {
        guard let address = addresses.first, !address.isLoopback else {
            return HomeportError(
                .addressMissing,
                "the loopback interface is down, or has no address",
                fix: "bring it up with sudo ip link set lo up"
            )
        }
        let others = machine.filter { $0.familyName == address.familyName }.map(\.description)
        return HomeportError(
            .addressMissing,
            "\(address) is no address of this machine",
            fix: others.isEmpty ? nil : "it has \(others.inWords)"
        )
    }
}
