#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of one test's own, gone with the value.
package final class TemporaryFolder: Sendable {
    /// Absolute, without links in it.
    package let path: String

    package init() throws {
        var template = Array("/tmp/homeport-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("mkdtemp: \(errno)") }
        let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let real = realpath(made, nil) else { throw Failure("realpath: \(errno)") }
        defer { free(real) }
        path = String(cString: real)
    }

    /// With a folder for each name, whose page says it.
    package convenience init(pages names: String...) throws {
        try self.init()
        for name in names {
            try folder(name)
            try write("\(name)/index.html", name)
        }
    }

    deinit { Self.remove(path) }

    package func folder(_ name: String) throws {
        guard mkdir("\(path)/\(name)", 0o755) == 0 else { throw Failure("mkdir \(name): \(errno)") }
    }

    package func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    package func write(_ name: String, _ bytes: [UInt8]) throws {
        guard let file = fopen("\(path)/\(name)", "w") else { throw Failure("open \(name): \(errno)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure("write \(name)") }
    }

    package func read(_ name: String) -> String? {
        guard let file = fopen("\(path)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var (bytes, piece) = ([UInt8](), [UInt8](repeating: 0, count: 64 << 10))
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func mode(_ name: String) -> UInt32? {
        var facts = stat()
        return lstat(name.isEmpty ? path : "\(path)/\(name)", &facts) == 0 ? UInt32(facts.st_mode) & 0o7777 : nil
    }

    package func names(in name: String) -> [String] { Self.entries(of: "\(path)/\(name)").sorted() }

    private static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { found.append(name) }
        }
        return found
    }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for entry in entries(of: path) { remove("\(path)/\(entry)") }
        rmdir(path)
    }
}

/// What a test needs and did not get.
package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
