import HomeportCore
import HomeportNet
import LiveTestSupport
import Testing

@testable import HomeportDoor

struct LeaseTests {
    private static let pool = PortPool(PortRules(ephemeral: 32768...60999))

    private static func key(_ service: String, in directory: String = "/home/me/shop") throws -> LeaseKey {
        LeaseKey(directory: directory, service: try ServiceName(parsing: service))
    }

    private static func lease(_ key: LeaseKey, in table: inout LeaseTable, refusing: Set<Port> = []) throws -> Port {
        try table.lease(key, from: pool, refusing: refusing, isFree: { _ in true }, isGone: { _ in false })
    }

    @Test func aNameGetsTheSamePortAgainWithNothingRemembered() throws {
        var (one, other) = (LeaseTable(), LeaseTable())
        let key = try Self.key("api")
        #expect(try Self.lease(key, in: &one) == Self.lease(key, in: &other))
        #expect(61000...65535 ~= (one[key]?.number ?? 0))
    }

    @Test func workingCopiesHaveDifferentPorts() throws {
        var table = LeaseTable()
        let ports = try (0..<500).map { try Self.lease(Self.key("api", in: "/home/me/shop-\($0)"), in: &table) }
        #expect(Set(ports).count == 500)
    }

    @Test func aPortOnceGivenStaysAlthoughTheFirstChoiceIsFreeAgain() throws {
        var table = LeaseTable()
        let key = try Self.key("api")
        let first = try Self.lease(key, in: &table)
        let second = try Self.lease(key, in: &table, refusing: [first])
        #expect(first != second)
        #expect(try Self.lease(key, in: &table) == second)
    }

    @Test func aFolderThatIsGoneGivesItsPortsBack() throws {
        var table = LeaseTable()
        let old = try Self.key("api", in: "/gone")
        let port = try Self.lease(old, in: &table)
        let new = LeaseKey(directory: "/gone", service: try ServiceName(parsing: "api"))
        #expect(new == old)
        // Another one whose search passes by.
        let others = try (0..<4000).map { try Self.key("s\($0)", in: "/here") }
        for key in others {
            _ = try table.lease(key, from: Self.pool, isFree: { _ in true }, isGone: { $0 == "/gone" })
        }
        #expect(table.ports.values.filter { $0 == port }.count == 1)
        #expect(Set(table.ports.values).count == table.ports.count)
    }

    @Test func theTableHasABound() throws {
        var table = LeaseTable()
        for number in 0..<LeaseTable.mostLeases { _ = try Self.lease(Self.key("s\(number)"), in: &table) }
        #expect(throws: HomeportError.self) { try Self.lease(Self.key("more"), in: &table) }
        #expect(table.forget { $0.service == "s7" }.count == 1)
        #expect(throws: Never.self) { try Self.lease(Self.key("more"), in: &table) }
    }

    @Test func portsThatSomebodyHoldsAreSkipped() throws {
        var table = LeaseTable()
        let key = try Self.key("api")
        var asked: [Port] = []
        let port = try table.lease(
            key,
            from: Self.pool,
            isFree: {
                asked.append($0)
                return asked.count > 3
            },
            isGone: { _ in false }
        )
        #expect(asked.count == 4 && port == asked.last)
    }
}

struct LeaseFileTests {
    private static func file(_ folder: TemporaryFolder, onWarning: @escaping @Sendable (String) -> Void = { _ in })
        -> LeaseFile
    { LeaseFile(in: folder.path, onWarning: onWarning) }

    @Test func whatIsWrittenIsReadAgain() throws {
        let folder = try TemporaryFolder()
        let key = LeaseKey(directory: folder.path, service: try ServiceName(parsing: "api"))
        let port = try Self.file(folder).lease(key)
        #expect(try Self.file(folder).table()[key] == port)
        #expect(try Self.file(folder).lease(key) == port)
    }

    @Test func manyAtOnceNeverShareAPort() async throws {
        let folder = try TemporaryFolder()
        let file = Self.file(folder)
        let ports = try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    let name = try ServiceName(parsing: "s\(number)")
                    return try file.lease(LeaseKey(directory: folder.path, service: name))
                }
            }
            return try await group.reduce(into: Set<Port>()) { $0.insert($1) }
        }
        #expect(ports.count == 100)
        #expect(try file.table().ports.count == 100)
    }

    @Test(arguments: ["{", "[]", #"{"version":1,"leases":[{"directory":"/a","port":0,"service":"x"}]}"#, "\0\0\0", ""])
    func whatMakesNoSenseIsSetAsideAndSaid(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("leases.json", text)
        let said = Said()
        let file = Self.file(folder) { said.add($0) }
        let key = LeaseKey(directory: folder.path, service: try ServiceName(parsing: "api"))
        _ = try file.lease(key)
        #expect(said.all.count == 1 && said.all[0].contains("leases.json.bad-1"))
        #expect(folder.read("leases.json.bad-1") == text)
        #expect(try file.table().ports.count == 1)
    }

    @Test func aNewerFileIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        let text = #"{"version":2,"somethingElse":[]}"#
        try folder.write("leases.json", text)
        #expect(throws: HomeportError.self) { try Self.file(folder).table() }
        #expect(folder.read("leases.json") == text)
    }
}

struct WorkingCopyTests {
    @Test(arguments: [
        ("gitdir: /home/me/shop/.git/worktrees/feature-x", "feature-x"),
        ("gitdir: ../shop/.git/worktrees/Fix_12", "fix-12"),
    ])
    func aWorktreeHasTheNameThatGitGaveIt(text: String, name: String) {
        #expect(WorkingCopy.worktree(text)?.text == name)
    }

    @Test func aSubmoduleIsNoWorktree() {
        #expect(WorkingCopy.worktree("gitdir: ../.git/modules/lib") == nil)
        #expect(WorkingCopy.worktree("nonsense") == nil)
    }

    @Test func foldersBelowBelongToTheirCheckout() throws {
        let folder = try TemporaryFolder()
        for name in ["shop", "shop/.git", "shop/api", "shop/api/src"] { try folder.folder(name) }
        #expect(WorkingCopy(of: folder.path + "/shop/api/src").root == folder.path + "/shop")
        #expect(WorkingCopy(of: folder.path + "/shop").worktree == nil)
    }
}
