#if os(macOS)
import Darwin
package import HomeportCore

extension Port {
    /// The name in the system's table of services, as IANA assigned it: `http`, `postgresql`.
    package var registeredName: String? {
        getservbyport(CInt(number.bigEndian), "tcp").map { String(cString: $0.pointee.s_name) }
    }
}
#endif
