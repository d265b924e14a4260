#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Names of users, each looked up once: a table asks for the same few again and again, and the lookup may go to a
/// directory server.
package struct UserNames {
    private var known: [UInt32: String?] = [:]

    subscript(uid: UInt32) -> String? {
        mutating get {
            if let name = known[uid] { return name }
            let name = Self.lookUp(uid)
            known[uid] = .some(name)
            return name
        }
    }

    /// - Returns: Nil where the system knows none.
    package static func name(of uid: UInt32) -> String? { lookUp(uid) }

    package static func home(of uid: UInt32) -> String? { entry(of: uid) { $0.pw_dir.map { String(cString: $0) } } }

    /// As whom this process runs.
    package static var own: UInt32 { UInt32(geteuid()) }

    /// - Returns: Nil where there is no such user.
    package static func number(of name: String) -> UInt32? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = room.baseAddress, getpwnam_r(name, &entry, start, room.count, &found) == 0, found != nil
            else { return nil }
            return UInt32(entry.pw_uid)
        }
    }

    private static func lookUp(_ uid: UInt32) -> String? { entry(of: uid) { $0.pw_name.map { String(cString: $0) } } }

    private static func entry(of uid: UInt32, _ part: (passwd) -> String?) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { room in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let start = room.baseAddress, getpwuid_r(uid, &entry, start, room.count, &found) == 0, found != nil
            else { return nil }
            return part(entry)
        }
    }
}
