import HomeportNet

extension Doctor {
    static func checkLoopbacks() -> Finding {
        loopbacks(LoopbackProbe.failure(of: .loopback4), LoopbackProbe.failure(of: .loopback6))
    }

    static func loopbacks(_ four: SystemFailure?, _ six: SystemFailure?) -> Finding {
        let title = "loopback addresses"
        func broken(_ failure: SystemFailure) -> String { "\(failure.call): \(SystemFailure.text(failure.errno))" }
        switch (four, six) {
        case (nil, nil):
            return Finding("loopbacks", title, .ok, "127.0.0.1 and ::1 accept connections")
        case (let four?, _):
            return Finding(
                "loopbacks",
                title,
                .failure,
                "nothing can listen on 127.0.0.1 and be reached there (\(broken(four)))",
                fix:
                    "bring the interface up with sudo ip link set lo up; if it is, look at the firewall's rules for lo"
            )
        case (nil, let six?):
            return Finding(
                "loopbacks",
                title,
                .warning,
                "127.0.0.1 accepts connections, ::1 does not (\(broken(six))): "
                    + "Homeport listens on 127.0.0.1 alone, and programs that only try ::1 will not find it",
                fix: "turn IPv6 on for the loopback with sudo sysctl -w net.ipv6.conf.lo.disable_ipv6=0"
            )
        }
    }
}
