#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Names of users, each looked up once: a table asks for the same few again and again, and the lookup may go to a
/// directory server.
struct UserNames {
    private var known: [UInt32: String?] = [:]

    subscript(uid: UInt32) -> String? {
        mutating get {
            if let name = known[uid] { return name }
            let name = Self.lookUp(uid)
            known[uid] = .some(name)
            return name
        }
    }

    private static func lookUp(_ uid: UInt32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = room.baseAddress, getpwuid_r(uid, &entry, start, room.count, &found) == 0, found != nil,
                let name = entry.pw_name
            else { return nil }
            return String(cString: name)
        }
    }
}
