#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many connections fit into the descriptors that the system lets this process have.
package enum ConnectionLimit {
    /// The soft limit (`ulimit -n`).
    package static var descriptors: Int {
        var limits = rlimit()
        guard getrlimit(descriptorLimit, &limits) == 0 else { return 256 }
        return Int(clamping: limits.rlim_cur)
    }

    /// What the soft limit can be raised to without privilege.
    package static var mostDescriptors: Int {
        var limits = rlimit()
        guard getrlimit(descriptorLimit, &limits) == 0 else { return 256 }
        return Int(clamping: limits.rlim_max)
    }

    /// A connection may need a second descriptor for the file that it is sent, and the process needs a few of its own.
    package static var connections: Int { max(8, descriptors - max(32, descriptors / 4)) }

    /// Raises the soft limit as far as the system allows without asking: what a server does at its start.
    package static func raise() {
        var limits = rlimit()
        guard getrlimit(descriptorLimit, &limits) == 0, limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = min(limits.rlim_max, 65536)
        _ = setrlimit(descriptorLimit, &limits)
    }
}
