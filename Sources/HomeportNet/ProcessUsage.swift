#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What this process has taken of the machine so far.
package enum ProcessUsage {
    /// Of the processor, in seconds, for itself and inside the kernel.
    package static var processorSeconds: Double { [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + seconds($1) } }

    /// The most memory that was resident at once, in bytes.
    package static var mostResident: Int {
        #if canImport(Glibc) || canImport(Musl)
        usage.ru_maxrss << 10
        #else
        usage.ru_maxrss
        #endif
    }

    private static var usage: rusage {
        var usage = rusage()
        // RUSAGE_SELF, which is an enumeration's case in one C library and a number in the others.
        getrusage(0, &usage)
        return usage
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
