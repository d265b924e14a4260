import HomeportCore
import HomeportNet

extension Doctor {
    /// Whether what this program was built of has known vulnerabilities, by advisories that lie in a folder. Nothing is asked for.
    /// - Throws: ``HomeportError`` where the folder holds none.
    package static func checkAdvisories(in folder: String) throws -> Finding {
        advisories(try Advisories(in: folder), on: try Build.present(), now: WallClock.now / 1_000_000_000)
    }

    private static let oldData: Int64 = 30
    private static let oldBuild: Int64 = 180

    /// - Parameter now: Seconds since 1970.
    static func advisories(_ advisories: Advisories, on build: Build, now: Int64) -> Finding {
        func age(_ time: Int64) -> String {
            var day = ""
            UTCTime(time).appendDate(to: &day)
            let days = (now - time) / 86_400
            if days < 0 { return "\(day), which is to come" }
            return days < 1 ? "\(day), today" : "\(day), \(days) day\(days == 1 ? "" : "s") ago"
        }
        var facts: [String] = []
        var fixes: [String] = []
        var verdict = Finding.Verdict.ok
        for part in build.parts {
            for advisory in advisories.all {
                switch advisory.verdict(on: part) {
                case .unaffected: continue
                case .affected(let fixed):
                    verdict = .failure
                    facts.append("\(part.name) \(part.version) has \(advisory.text.harmless)")
                    fixes.append(
                        fixed.map { "update \(part.name) to \($0.harmless) or later" }
                            ?? "\(part.name) has no version yet that is not affected"
                    )
                case .unknown:
                    verdict = max(verdict, .warning)
                    facts.append(
                        "\(part.name) \(part.version) may have \(advisory.text.harmless), which names commits alone"
                    )
                }
            }
        }
        let parts = build.parts.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
        facts.append("put together on \(age(build.time)), of \(parts), swift \(build.swift)")
        let newest = advisories.newest.map { "the newest of \(age($0))" } ?? "of no known age"
        let count = advisories.all.count
        facts.append("\(count) advisor\(count == 1 ? "y" : "ies") on Swift packages, \(newest)")
        if advisories.unreadCount > 0 {
            verdict = max(verdict, .warning)
            facts.append(
                "\(advisories.unreadCount) file\(advisories.unreadCount == 1 ? "" : "s") could not be read: \(advisories.unread.joined(separator: "; "))"
            )
        }
        if advisories.newest.map({ now - $0 > oldData * 86_400 || $0 - now > 86_400 }) ?? true {
            verdict = max(verdict, .warning)
            fixes.append("fetch them anew: \(Advisories.source)")
        }
        if now - build.time > oldBuild * 86_400 {
            verdict = max(verdict, .note)
            fixes.append("this build is old: build or install Homeport anew")
        }
        if fixes.contains(where: { $0.hasPrefix("update ") }) {
            fixes.append("swift package update, and build Homeport anew")
        }
        var seen: Set<String> = []
        let fix = fixes.filter { seen.insert($0).inserted }.joined(separator: "; ")
        return Finding(
            "advisories",
            "known vulnerabilities of this build",
            verdict,
            facts.joined(separator: "; "),
            fix: fix.isEmpty ? nil : fix
        )
    }
}
