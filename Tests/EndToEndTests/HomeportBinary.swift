import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The built program, run as a person runs it.
enum HomeportBinary {
    struct Outcome: Sendable {
        var exitCode: Int32
        var output: String
        var errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Runs to the end. Output goes through files, so that neither stream can fill up while the other is read.
    static func run(_ arguments: String..., environment: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]) throws
        -> Outcome
    {
        let program = try #require(path)
        let (output, errors) = (try #require(tmpfile()), try #require(tmpfile()))
        defer {
            fclose(output)
            fclose(errors)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, fileno(output), 1)
        posix_spawn_file_actions_adddup2(&actions, fileno(errors), 2)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for word in words + settings { free(word) } }
        var pid: pid_t = 0
        #expect(posix_spawn(&pid, program, &actions, nil, &words, &settings) == 0)
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return Outcome(
            exitCode: status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F),
            output: contents(of: output),
            errors: contents(of: errors)
        )
    }

    static func decode<Value: Decodable>(_: Value.Type, _ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    /// SwiftPM puts it beside the tests.
    private static var path: String? {
        guard let test = CommandLine.arguments.first, let slash = test.lastIndex(of: "/") else { return nil }
        return String(test[...slash]) + "homeport"
    }

    private static func contents(of file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&room, 1, room.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += room[..<count]
        }
    }
}
