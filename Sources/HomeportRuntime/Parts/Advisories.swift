package import HomeportCore
import HomeportNet

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

/// Advisories of a folder, as they are fetched from osv.dev: one JSON file for each.
package struct Advisories: Sendable {
    package private(set) var all: [Advisory] = []
    /// What is no advisory, and why, by file; the first of them.
    package private(set) var unread: [String] = []
    package private(set) var unreadCount = 0
    /// Files that are about other ecosystems.
    package private(set) var others = 0
    /// When the newest of all was written: seconds since 1970.
    package private(set) var newest: Int64?

    private static let longestFile = 8 << 20
    private static let mostFiles = 1_000_000
    private static let deepest = 8
    private static let mostUnread = 5

    package init() {}

    /// - Throws: ``HomeportError`` with code `advisories.none` where the folder has no advisory at all.
    package init(in folder: String) throws(HomeportError) {
        var (folders, files) = ([(folder, 0)], 0)
        // Links may lead round in very many ways.
        var seen: Set<[UInt64]> = []
        while let (place, depth) = folders.popLast() {
            var facts = stat()
            guard stat(place, &facts) == 0, seen.insert([UInt64(facts.st_dev), UInt64(facts.st_ino)]).inserted else {
                continue
            }
            for name in FolderNames.all(in: place) where !name.hasPrefix(".") {
                let path = "\(place)/\(name)"
                if name.hasSuffix(".json") {
                    files += 1
                    guard files <= Self.mostFiles else {
                        throw Self.none(folder, "it has more than \(Self.mostFiles) files")
                    }
                    read(path)
                } else if depth < Self.deepest {
                    folders.append((path, depth + 1))
                }
            }
        }
        if all.isEmpty, others == 0 {
            let isThere = access(folder, R_OK | X_OK) == 0
            let why =
                unread.first.map { "none of its files is one: \($0)" }
                ?? (isThere ? "there is no JSON file in it" : SystemFailure.text(errno))
            throw Self.none(folder, why)
        }
    }

    private mutating func read(_ path: String) {
        // A device or a folder of that name, or a link that leads nowhere, is no plain file.
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            return note(path, "it is no plain file")
        }
        guard facts.st_size <= Self.longestFile else { return note(path, "it has more than \(Self.longestFile) bytes") }
        guard let data = FileManager.default.contents(atPath: path) else { return note(path, "it cannot be read") }
        add(data, from: path)
    }

    mutating func add(_ data: Data, from path: String) {
        struct Head: Decodable {
            var id: String
            var modified: String
        }
        guard let head = try? JSONDecoder().decode(Head.self, from: data), let time = Self.seconds(head.modified) else {
            return note(path, "it has no id and time of change, as OSV's schema asks for")
        }
        newest = max(newest ?? time, time)
        // Most of what there is is about others; a name in another place costs only the look.
        guard data.firstRange(of: Data("SwiftURL".utf8)) != nil else {
            others += 1
            return
        }
        do { all.append(try JSONDecoder().decode(Advisory.self, from: data)) } catch {
            note(path, "it is not as OSV's schema asks for")
        }
    }

    private mutating func note(_ path: String, _ why: String) {
        unreadCount += 1
        if unread.count < Self.mostUnread { unread.append("\(path.harmless): \(why)") }
    }

    private static func none(_ folder: String, _ why: String) -> HomeportError {
        HomeportError(
            HomeportError.Code("advisories.none", .words),
            "\(folder.harmless) holds no advisories: \(why)",
            fix: "unpack \(source) there"
        )
    }

    /// Where OSV offers them (its documentation, "Data dumps").
    static let source = "https://osv-vulnerabilities.storage.googleapis.com/SwiftURL/all.zip"

    private static func seconds(_ text: String) -> Int64? {
        let parts = text.prefix { $0 != "." && $0 != "Z" }.split { !$0.isNumber }.compactMap { Int($0) }
        guard parts.count == 6, 1970...9999 ~= parts[0] else { return nil }
        return UTCTime.seconds(
            year: parts[0],
            month: parts[1],
            day: parts[2],
            hour: parts[3],
            minute: parts[4],
            second: parts[5]
        )
    }
}
