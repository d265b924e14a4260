import HomeportCore
import LiveTestSupport
import Testing

@testable import HomeportRuntime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is known against a build, by OSV's records; and the bill of materials.
@Suite struct AdvisoryTests {
    private static let nio = "https://github.com/apple/swift-nio"

    private func advisory(_ affected: String, more: String = "") throws -> Advisory {
        let text = "{\"id\": \"A-1\", \"modified\": \"2026-11-20T10:00:00Z\", \(more)\"affected\": [\(affected)]}"
        return try JSONDecoder().decode(Advisory.self, from: Data(text.utf8))
    }

    private func nio(_ rest: String, name: String = "github.com/apple/swift-nio") -> String {
        "{\"package\": {\"ecosystem\": \"SwiftURL\", \"name\": \"\(name)\"}, \(rest)}"
    }

    private func range(_ events: String, type: String = "SEMVER") -> String {
        nio("\"ranges\": [{\"type\": \"\(type)\", \"events\": [\(events)]}]")
    }

    private func verdict(_ affected: String, _ version: String, more: String = "") throws -> Advisory.Verdict {
        try advisory(affected, more: more).verdict(
            on: Build.Part(name: "swift-nio", version: version, location: Self.nio)
        )
    }

    /// In the order of Semantic Versioning's own example, and numbers that are no text.
    @Test func versionsStandInOrder() throws {
        let order = [
            "0.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0", "1.0.1", "v1.2", "1.10.0", "2.0.0",
        ]
        let versions = try order.map { try #require(SemanticVersion($0)) }
        for (a, one) in versions.enumerated() {
            for (b, other) in versions.enumerated() {
                #expect((one < other) == (a < b) && (one == other) == (a == b), "\(one) \(other)")
            }
        }
        #expect(SemanticVersion("1.0.0+a") == SemanticVersion("v1.0+b"))
        for text in ["", "main", "1.x", "1..2", "-1", "1.2.3.4", "99999999999999999999.0"] {
            #expect(SemanticVersion(text) == nil)
        }
    }

    @Test(arguments: [
        ("{\"introduced\": \"0\"}, {\"fixed\": \"2.0.0\"}", "1.9.9", Advisory.Verdict.affected(fixed: "2.0.0")),
        ("{\"introduced\": \"0\"}, {\"fixed\": \"2.0.0\"}", "2.0.0", .unaffected),
        ("{\"introduced\": \"0\"}, {\"fixed\": \"2.0.0\"}", "2.0.0-beta.1", .affected(fixed: "2.0.0")),
        ("{\"introduced\": \"1.5.0\"}, {\"fixed\": \"2.0.0\"}", "1.4.9", .unaffected),
        ("{\"introduced\": \"1.5.0\"}, {\"fixed\": \"2.0.0\"}", "1.5.0", .affected(fixed: "2.0.0")),
        ("{\"fixed\": \"2.0.0\"}, {\"introduced\": \"1.5.0\"}", "1.6.0", .affected(fixed: "2.0.0")),
        ("{\"introduced\": \"1.0.0\"}, {\"last_affected\": \"1.4.0\"}", "1.4.0", .affected(fixed: nil)),
        ("{\"introduced\": \"1.0.0\"}, {\"last_affected\": \"1.4.0\"}", "1.4.1", .unaffected),
        (
            "{\"introduced\": \"0\"}, {\"fixed\": \"1.0.0\"}, {\"introduced\": \"2.0.0\"}, {\"fixed\": \"2.1.0\"}",
            "1.5.0", .unaffected
        ),
        (
            "{\"introduced\": \"0\"}, {\"fixed\": \"1.0.0\"}, {\"introduced\": \"2.0.0\"}, {\"fixed\": \"2.1.0\"}",
            "2.0.5", .affected(fixed: "2.1.0")
        ),
        ("{\"introduced\": \"0\"}", "7.0.0", .affected(fixed: nil)),
        ("{\"introduced\": \"0\"}, {\"fixed\": \"3.0.0\"}", "main", .unknown),
    ])
    func aRangeSaysWhoIsAffected(events: String, version: String, expected: Advisory.Verdict) throws {
        #expect(try verdict(range(events), version) == expected)
    }

    @Test func whatIsAboutOthersOrWithdrawnSaysNothing() throws {
        let all = "{\"introduced\": \"0\"}"
        #expect(try verdict(range(all), "1.0.0", more: "\"withdrawn\": \"2026-11-21T00:00:00Z\",") == .unaffected)
        let other = nio("\"versions\": [\"1.0.0\"]", name: "github.com/apple/swift-nio-ssl")
        #expect(try verdict(other, "1.0.0") == .unaffected)
        for name in [
            "github.com/apple/swift-nio", "https://github.com/Apple/swift-nio.git", "GitHub.com/apple/swift-nio",
        ] {
            #expect(try verdict(nio("\"versions\": [\"1.0.0\"]", name: name), "1.0.0") == .affected(fixed: nil))
            #expect(try verdict(nio("\"versions\": [\"1.0.0\"]", name: name), "1.0.1") == .unaffected)
        }
        #expect(try verdict(range(all, type: "GIT"), "1.0.0") == .unknown)
        #expect(try verdict("{}", "1.0.0") == .unaffected)
    }

    private static let known: Build = Build(
        time: 1_796_000_000,
        swift: "6.3.1",
        parts: [Build.Part(name: "swift-nio", version: "2.0.0", location: "https://github.com/apple/swift-nio")]
    )

    @Test func theAgeOfBothIsToldAndWhatToUpdate() throws {
        let now = Self.known.time + 86_400
        var advisories = Advisories()
        func record(_ modified: String, _ affected: String) -> Data {
            Data(
                "{\"id\": \"A-1\", \"modified\": \"\(modified)\", \"aliases\": [\"CVE-1\"], \"affected\": [\(affected)]}"
                    .utf8
            )
        }
        let hit = range("{\"introduced\": \"0\"}, {\"fixed\": \"2.0.1\"}")
        advisories.add(record("2026-11-20T10:00:00.5Z", hit), from: "a")
        let bad = Doctor.advisories(advisories, on: Self.known, now: now)
        #expect(bad.verdict == .failure && bad.fix?.contains("update swift-nio to 2.0.1 or later") == true)
        #expect(bad.facts.contains("1 day ago") && bad.facts.contains("2026-11-20, 10 days ago"), "\(bad.facts)")
        let old = Doctor.advisories(advisories, on: Self.known, now: now + 200 * 86_400)
        #expect(old.fix?.contains("fetch them anew") == true && old.fix?.contains("this build is old") == true)
        var well = Advisories()
        well.add(record("2026-11-20T10:00:00Z", range("{\"introduced\": \"0\"}, {\"fixed\": \"1.0.0\"}")), from: "a")
        #expect(Doctor.advisories(well, on: Self.known, now: now).verdict == .ok)
        well.add(Data("{\"id\": 7}".utf8), from: "b.json")
        let half = Doctor.advisories(well, on: Self.known, now: now)
        #expect(half.verdict == .warning && half.facts.contains("b.json"))
    }

    @Test func aFolderWithoutAdvisoriesIsSaid() throws {
        let folder = try TemporaryFolder()
        #expect(throws: HomeportError.self) { try Advisories(in: folder.path) }
        #expect(throws: HomeportError.self) { try Advisories(in: folder.path + "/none") }
        try folder.write("x.json", "[]")
        do throws(HomeportError) {
            _ = try Advisories(in: folder.path)
            Issue.record("it was taken")
        } catch { #expect(error.what.contains("x.json")) }
        try folder.folder("in")
        try folder.write("in/y.json", "{\"id\": \"PYSEC-1\", \"modified\": \"2026-11-20T10:00:00Z\"}")
        let advisories = try Advisories(in: folder.path)
        #expect(advisories.all.isEmpty && advisories.others == 1 && advisories.unreadCount == 1)
        // Links that lead round, in ten to the eighth ways.
        for number in 0..<10 { symlink(".", "\(folder.path)/l\(number)") }
        #expect(try Advisories(in: folder.path).others == 1)
        for year in ["9223372036854775807", "200000000000000", "99999999999", "-5"] {
            try folder.write("in/z.json", "{\"id\": \"A\", \"modified\": \"\(year)-01-01T00:00:00Z\"}")
            #expect(try Advisories(in: folder.path).unreadCount == 2)
        }
    }

    @Test func garbledRecordsAreTakenOrLeft() throws {
        let good = Array(
            "{\"id\":\"A\",\"modified\":\"2026-11-20T10:00:00Z\",\"affected\":[\(range("{\"introduced\":\"0\"}"))]}"
                .utf8
        )
        var random = Seeded(7)
        var advisories = Advisories()
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            advisories.add(Data(bytes), from: "x")
        }
        let judged = advisories.all.map { $0.verdict(on: Self.known.parts[0]) }
        #expect(advisories.unreadCount + advisories.others + judged.count == 2_000 && advisories.unread.count == 5)
        #expect(judged.contains(.affected(fixed: nil)) && judged.contains(.unaffected))
    }

    @Test func theBillNamesWhatThisProgramIsBuiltOf() throws {
        let present = try Build.present()
        #expect(present.parts.contains { $0.name == "swift-nio" && $0.address == "github.com/apple/swift-nio" })
        #expect(present.parts.allSatisfy { SemanticVersion($0.version) != nil })
        let names = Set(present.parts.map(\.name))
        #expect(present.parts.allSatisfy { names.isSuperset(of: $0.needs) } && names.isSuperset(of: present.needs))
        let bill = SoftwareBill(of: present, hash: Array(0..<32))
        #expect(bill.serialNumber == "urn:uuid:00010203-0405-8607-8809-0a0b0c0d0e0f")
        #expect(bill.components.count == present.parts.count + 1)
        #expect(Build.Part.address(of: "/home/x/swift-nio") == nil)
    }
}
