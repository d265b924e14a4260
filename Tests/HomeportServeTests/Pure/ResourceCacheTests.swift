import HomeportHTTP
import NIOCore
import Testing

@testable import HomeportNet
@testable import HomeportServe

@Suite struct ResourceCacheTests {
    private let folder = TestFolder()

    private func resource(_ key: String, of owner: FolderCaches.Owner = 1) throws -> Resource {
        folder.write("a.txt", "hello")
        guard case .file(let file, let facts) = Root(path: folder.path).open(Array("a.txt".utf8)) else {
            throw CancellationError()
        }
        let policy = FieldPolicy(cache: "no-cache", allowedOrigin: nil, extra: [])
        let identity = Representation(
            path: CPath((folder.path + "/a.txt").utf8),
            file: file,
            facts: facts,
            contentType: "text/plain",
            policy: policy,
            now: facts.changed + 60
        )
        return Resource(owner: owner, key: ByteBuffer(string: key), identity: identity, absent: [])
    }

    private func finds(_ cache: inout ResourceCache, _ key: String, of owner: FolderCaches.Owner = 1) -> Bool {
        let key = ByteBuffer(string: key)
        return cache.find(key.readableBytesUInt8Span, of: owner) != nil
    }

    @Test func onePathOfTwoFoldersIsTwoResources() throws {
        var cache = ResourceCache(bytes: 1 << 20, files: 8)
        cache.keep(try resource("/a.txt", of: 1))
        #expect(finds(&cache, "/a.txt", of: 1))
        #expect(!finds(&cache, "/a.txt", of: 2))
        cache.keep(try resource("/a.txt", of: 2))
        cache.dropAll(of: 1)
        #expect(!finds(&cache, "/a.txt", of: 1))
        #expect(finds(&cache, "/a.txt", of: 2))
    }

    @Test func whatALongPathTakesIsCounted() throws {
        // Many spellings of one small file: each is small, but its key is not.
        var cache = ResourceCache(bytes: 256 << 10, files: 8)
        for index in 0..<100 { cache.keep(try resource("/" + String(repeating: "./", count: 8000) + "\(index)")) }
        let kept = (0..<100).reduce(0) { count, index in
            count + (finds(&cache, "/" + String(repeating: "./", count: 8000) + "\(index)") ? 1 : 0)
        }
        #expect(kept > 0 && kept <= 16)
    }
}
