import HomeportCore
package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SocketName {
    package var family: CInt {
        switch address {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    /// Lends the form that `bind` and `connect` take.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch address {
        case .v4(let address):
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = address.bits.bigEndian
            return lend(&raw, body)
        case .v6(let address):
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &raw.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return lend(&raw, body)
        }
    }

    /// The local name of a socket; nil for what is not an IP socket.
    package init?(localOf descriptor: CInt) {
        var raw = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let answer = withUnsafeMutablePointer(to: &raw) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard answer == 0 else { return nil }
        self.init(raw)
    }

    /// From a list that the system hands out, where only as many bytes are there as the family needs.
    init?(copying address: UnsafePointer<sockaddr>) {
        var raw = sockaddr_storage()
        switch CInt(address.pointee.sa_family) {
        case AF_INET: memcpy(&raw, address, MemoryLayout<sockaddr_in>.size)
        case AF_INET6: memcpy(&raw, address, MemoryLayout<sockaddr_in6>.size)
        default: return nil
        }
        self.init(raw)
    }

    package init?(_ address: SocketAddress?) {
        guard let found = address?.withSockAddr({ pointer, _ in SocketName(copying: pointer) }) else { return nil }
        self = found
    }

    private init?(_ raw: sockaddr_storage) {
        let found = withUnsafeBytes(of: raw) { bytes -> SocketName? in
            switch CInt(raw.ss_family) {
            case AF_INET:
                let v4 = bytes.loadUnaligned(as: sockaddr_in.self)
                return SocketName(
                    .v4(IPv4(bits: UInt32(bigEndian: v4.sin_addr.s_addr))),
                    UInt16(bigEndian: v4.sin_port)
                )
            case AF_INET6:
                let v6 = bytes.loadUnaligned(as: sockaddr_in6.self)
                let address = withUnsafeBytes(of: v6.sin6_addr) {
                    IPv6(
                        high: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                        low: UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                    )
                }
                return SocketName(.v6(address), UInt16(bigEndian: v6.sin6_port))
            default:
                return nil
            }
        }
        guard let found else { return nil }
        self = found
    }
}

/// The cast between the concrete and the generic `sockaddr` that every BSD socket call asks for.
private func lend<Raw, Result>(_ raw: inout Raw, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: &raw) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Raw>.size)) }
    }
}
