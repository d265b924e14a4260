import HomeportCore
import Testing

@testable import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct UnixListenerTests {
    @Test func aListingIsRead() {
        let text = """
            Num       RefCount Protocol Flags    Type St Inode Path
            00000000be128816: 00000003 00000000 00000000 0001 03  1267
            000000001164ba9d: 00000002 00000000 00010000 0001 01  1268 /run/a b.sock
            000000001164ba9e: 00000002 00000000 00010000 0001 01  1269 @abstract
            000000001164ba9f: 00000002 00000000 00010000 0001 01  none /run/x
            continued of a path
            0000000000000000: 00000002 00000000 00000000 0002 01  1270 /run/datagrams
            """
        #expect(
            UnixListener.read(Array(text.utf8)) == [
                UnixListener(name: "/run/a b.sock", inode: 1268), UnixListener(name: "@abstract", inode: 1269),
            ]
        )
    }

    @Test func whoMayConnectIsReadFromModes() throws {
        var name = Array("/tmp/homeport-unix-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&name).map { String(cString: $0) })
        let path = "\(folder)/s"
        let socket = try ListeningSockets.open(.address(.unix(path)))
        defer {
            withExtendedLifetime(socket) {}
            unlink(path)
            rmdir(folder)
        }
        func reach(_ file: mode_t, _ above: mode_t) -> UnixListener.Reach? {
            chmod(path, file)
            chmod(folder, above)
            return UnixListener(name: path, inode: 1).looked().reach
        }
        #expect(reach(0o777, 0o755) == .everyone && reach(0o777, 0o700) == .owner)
        #expect(reach(0o770, 0o750) == .group && reach(0o700, 0o755) == .owner && reach(0o775, 0o755) == .group)
        #expect(UnixListener(name: path, inode: 1).looked().uid == geteuid())
        #expect(UnixListener(name: "\(folder)/none", inode: 1).looked().reach == nil)
    }
}
