import HomeportCore
import HomeportRuntime
import LiveTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct PlanFileTests {
    private let folder: TemporaryFolder
    private static let text = "services: { a: { folder: . } }"

    init() throws {
        folder = try TemporaryFolder()
        try folder.folder("project")
        try folder.folder("project/deep")
        try folder.folder("empty")
        try folder.write("project/homeport.yaml", Self.text)
    }

    @Test func isLookedForUpward() throws {
        for place in ["project", "project/deep"] {
            #expect(try PlanFile.find(from: "\(folder.path)/\(place)") == "\(folder.path)/project/homeport.yaml")
        }
    }

    @Test func theOtherEndingIsFoundAndTheFirstGoesFirst() throws {
        try folder.write("project/deep/homeport.yml", Self.text)
        #expect(try PlanFile.find(from: "\(folder.path)/project/deep") == "\(folder.path)/project/deep/homeport.yml")
        try folder.write("project/deep/homeport.yaml", Self.text)
        #expect(try PlanFile.find(from: "\(folder.path)/project/deep") == "\(folder.path)/project/deep/homeport.yaml")
    }

    @Test func withoutOneServeIsOffered() throws {
        let error = try #require(throws: HomeportError.self) { try PlanFile.find(from: "\(folder.path)/empty") }
        #expect(error.code == .planMissing && error.code.blame == .words)
        #expect(error.fix == "homeport init writes one; homeport serve serves this folder without")
        #expect(throws: HomeportError.self) { try PlanFile.find(from: "/") }
    }

    @Test func twoWaysToOnePlanAreOnePlan() throws {
        let plan = "\(folder.path)/project/homeport.yaml"
        symlink("\(folder.path)/project", "\(folder.path)/link")
        for way in [
            "project/homeport.yaml", "link/homeport.yaml", "project/deep/../homeport.yaml", "project", "link/",
            "project/.",
        ] {
            #expect(try PlanFile.locate("\(folder.path)/\(way)") == plan)
        }
        #expect(try PlanFile.load(PlanFile.locate("\(folder.path)/link")).file == plan)
    }

    @Test func aFolderWithoutAPlanSaysSo() throws {
        let error = try #require(throws: HomeportError.self) { try PlanFile.locate("\(folder.path)/empty") }
        #expect(error.what == "there is no plan (homeport.yaml) in this folder")
    }

    @Test func whatCannotBeReadSaysWhy() throws {
        let missing = try #require(throws: HomeportError.self) { try PlanFile.read("\(folder.path)/no.yaml") }
        #expect(missing.what == "the plan cannot be read: no such file or directory")
        #expect(missing.code.blame == .words)
        #expect(
            try #require(throws: HomeportError.self) { try PlanFile.read(folder.path) }.what.hasSuffix("is a directory")
        )
    }

    @Test func onlyUTF8OfABoundedSizeIsAPlan() throws {
        try folder.write("latin", [0x61, 0x3A, 0x20, 0xE9])
        #expect(
            try #require(throws: HomeportError.self) { try PlanFile.read("\(folder.path)/latin") }.what
                == "the plan is not UTF-8"
        )
        try folder.write("wide", [0xFF, 0xFE, 0x61, 0x00])
        #expect(throws: HomeportError.self) { try PlanFile.read("\(folder.path)/wide") }
        try folder.write("large", [UInt8](repeating: 0xC3, count: 2 << 20))
        #expect(
            try #require(throws: HomeportError.self) { try PlanFile.read("\(folder.path)/large") }.what
                == "the plan has more than 1 MiB"
        )
    }

    @Test func thePlansFolderIsWhereItsPathsStart() {
        #expect(PlanFile.folder(of: "/a/b/homeport.yaml") == "/a/b")
        #expect(PlanFile.folder(of: "/homeport.yaml") == "/")
    }
}
