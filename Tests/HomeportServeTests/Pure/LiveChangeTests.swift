import Testing

@testable import HomeportServe

@Suite struct LiveChangeTests {
    private func change(_ name: String) -> LiveChange? { LiveChange(of: Array(name.utf8)) }

    @Test func aNameTellsWhatToDo() {
        #expect(change("a.css") == .styles)
        #expect(change("A.CSS") == .styles)
        #expect(change("a.css.gz") == .page)
        #expect(change("css") == .page)
        #expect(change("index.html") == .page)
        #expect(LiveChange(of: [0xFF, 0xFE]) == .page)
    }

    @Test func whatNoPageCanShowIsNoChange() {
        for name in ["", ".env", ".a.css.swp", "index.html~", ".homeport-upload-1"] { #expect(change(name) == nil) }
    }

    @Test func onlyStylesAndStylesAreStyles() {
        #expect(LiveChange.styles.and(.styles) == .styles)
        #expect(LiveChange.styles.and(.page) == .page)
        #expect(LiveChange.page.and(.styles) == .page)
    }

    @Test func twoSnapshotsTellWhatChangedBetweenThem() {
        let folder = TestFolder()
        let root = Array(folder.path.utf8)
        func change(_ edit: () -> Void) -> LiveChange? {
            let before = FolderSnapshot(of: root)
            edit()
            return FolderSnapshot(of: root).change(since: before)
        }
        #expect(change {} == nil)
        #expect(change { folder.write("d/e/a.css", "1") } == .styles)
        #expect(change { folder.write("d/e/a.css", "22") } == .styles)
        #expect(change { folder.write("d/b.html", "1") } == .page)
        #expect(
            change {
                folder.write("d/e/a.css", "333")
                folder.write("d/b.html", "22")
            } == .page
        )
        #expect(change { folder.remove("d/b.html") } == .page)
        #expect(change { folder.write(".hidden", "1") } == nil)
        #expect(change { folder.write("d/.git/x", "1") } == nil)
        #expect(change { folder.write("node_modules/m/x.js", "1") } == nil)
        #expect(change { folder.link("link", to: "/nowhere") } == .page)
        #expect(change { folder.remove("") } == .page)
        #expect(change {} == nil, "a folder that is not there holds nothing")
    }
}
