#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A unix socket that waits for connections: at a file, or by an abstract name, which every process of its network namespace may use.
package struct UnixListener: Sendable, Hashable {
    /// Who may connect, by the modes of the file and of the folders above it.
    package enum Reach: String, Sendable, Hashable {
        case owner, group, everyone
    }

    /// The file's path, or `@` and the abstract name.
    package var name: String
    package var inode: UInt32
    /// Of the file; nil for an abstract one, and where it cannot be looked at.
    package var uid: UInt32?
    package var reach: Reach?

    package init(name: String, inode: UInt32, uid: UInt32? = nil, reach: Reach? = nil) {
        (self.name, self.inode, self.uid, self.reach) = (name, inode, uid, reach)
    }

    package var isAbstract: Bool { name.hasPrefix("@") }

    /// Those of a listing as `/proc/net/unix` has it: number, count of references, protocol, flags, type, state, inode, path.
    static func read(_ listing: [UInt8]) -> [UnixListener] {
        var found: [UnixListener] = []
        for line in listing.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 7).map {
                String(decoding: $0, as: UTF8.self)
            }
            // __SO_ACCEPTCON: it listens.
            guard words.count == 8, let flags = UInt32(words[3], radix: 16), flags & 0x10000 != 0,
                let inode = UInt32(words[6])
            else { continue }
            found.append(UnixListener(name: words[7], inode: inode))
        }
        return found
    }

    /// The same with what its file and the folders above it say.
    func looked() -> UnixListener {
        var listener = self
        var facts = stat()
        guard name.hasPrefix("/"), stat(name, &facts) == 0, facts.st_mode & S_IFMT == S_IFSOCK else { return self }
        listener.uid = facts.st_uid
        var (everyone, group) = (facts.st_mode & 0o002 != 0, facts.st_mode & 0o020 != 0)
        var folder = name[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            guard stat(folder.isEmpty ? "/" : String(folder), &facts) == 0 else { break }
            everyone = everyone && facts.st_mode & 0o001 != 0
            group = group && facts.st_mode & 0o011 != 0
        }
        listener.reach = everyone ? .everyone : group ? .group : .owner
        return listener
    }
}
