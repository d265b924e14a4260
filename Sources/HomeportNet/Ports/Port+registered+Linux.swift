#if os(Linux)
#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
package import HomeportCore

extension Port {
    /// The name in the system's table of services, as IANA assigned it: `http`, `postgresql`. Nil where there is no
    /// table.
    package var registeredName: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
            var entry = servent()
            var found: UnsafeMutablePointer<servent>?
            guard let start = room.baseAddress,
                getservbyport_r(CInt(number.bigEndian), "tcp", &entry, start, room.count, &found) == 0, found != nil,
                let name = entry.s_name
            else { return nil }
            return String(cString: name)
        }
    }
}
#endif
