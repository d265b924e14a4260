import HomeportCore
import Testing

@testable import HomeportNet

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct UnixListeningTests {
    @Test func onlyTheOwnerMayConnect() throws {
        try withFolder { folder in
            let path = folder + "/door.sock"
            let sockets = try ListeningSockets.open(.address(.unix(path)))
            let (places, port) = (sockets.places, sockets.port)
            #expect(places == [.unix(path)])
            #expect(port == nil)
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(UnixSocketFile.state(of: path) == .live(PeerIdentity(pid: getpid(), uid: geteuid())))
        }
    }

    @Test func theFileGoesWithASocketThatWasNotHandedOver() throws {
        try withFolder { folder in
            let path = folder + "/door.sock"
            _ = try ListeningSockets.open(.address(.unix(path))).places
            #expect(UnixSocketFile.state(of: path) == .absent)
        }
    }

    @Test func aFileOnWhichNobodyAnswersIsReplaced() throws {
        try withFolder { folder in
            let path = folder + "/door.sock"
            for socket in try ListeningSockets.open(.address(.unix(path))).release() { close(socket) }
            #expect(UnixSocketFile.state(of: path) == .stale)
            #expect(try ListeningSockets.open(.address(.unix(path))).places == [.unix(path)])
        }
    }

    @Test func aLiveSocketIsLeftAloneAndItsOwnerNamed() throws {
        try withFolder { folder in
            let path = folder + "/door.sock"
            let first = try ListeningSockets.open(.address(.unix(path)))
            let error = try #require(throws: HomeportError.self) {
                _ = try ListeningSockets.open(.address(.unix(path))).places
            }
            #expect(error.code == .socketTaken)
            #expect(error.what.contains("pid \(getpid()) ("))
            #expect(error.subject == "unix:\(path)")
            let places = first.places
            #expect(places == [.unix(path)])
        }
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() throws {
        try withFolder { folder in
            let path = folder + "/notes"
            close(open(path, O_CREAT | O_WRONLY, 0o600))
            let error = try #require(throws: HomeportError.self) {
                _ = try ListeningSockets.open(.address(.unix(path))).places
            }
            #expect(error.what == "a file that is no socket is in the way")
            #expect(UnixSocketFile.state(of: path) == .otherFile)
            unlink(path)
        }
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        try withFolder { folder in
            let error = try #require(throws: HomeportError.self) {
                _ = try ListeningSockets.open(.address(.unix(folder + "/none/door.sock"))).places
            }
            #expect(error.what == "there is no folder \(folder)/none")
            #expect(error.fix == "make it with mkdir -p \(folder)/none")
        }
    }

    @Test func aPathThatDoesNotFitIsSaidToBeTooLong() throws {
        let path = "/tmp/" + String(repeating: "a", count: 120)
        let error = try #require(throws: HomeportError.self) {
            _ = try ListeningSockets.open(.address(.unix(path))).places
        }
        #expect(error.what.contains("125 bytes"))
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/homeport-XXXXXX".utf8CString)
        let folder = template.withUnsafeMutableBufferPointer { room in
            room.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let path = try #require(folder)
        defer { rmdir(path) }
        try body(path)
    }
}
