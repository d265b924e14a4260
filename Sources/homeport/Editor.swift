import HomeportCore
import HomeportNet
import HomeportRuntime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The editor that a person has chosen.
enum Editor {
    /// Lets bytes be edited, in a file of its own that is gone afterwards.
    /// - Throws: ``HomeportError`` where the editor cannot be started, or says that it was left without saving.
    static func edit(_ bytes: [UInt8]) throws -> [UInt8] {
        let command = ["VISUAL", "EDITOR"].compactMap(StateDirectory.variable).first { !$0.isEmpty }
        guard command != nil || isatty(0) == 1 else {
            throw problem("there is no terminal to edit it in, and VISUAL and EDITOR name no editor")
        }
        let folder = StateDirectory.variable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(folder)/homeport-edit-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0 else { throw problem("no file can be made in \(folder): \(SystemFailure.text(errno))") }
        let path = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().map(UInt8.init), as: UTF8.self) }
        defer { unlink(path) }
        let file = Descriptor(owning: number)
        try bytes.withUnsafeBytes { try WholeWrite.bytes($0, to: file.number) }
        // As a shell would have it: words of the variable are the editor's, as in `code --wait`.
        guard Command.run("/bin/sh", ["-c", "\(command ?? "vi") \"$0\"", path]) else {
            throw problem("the editor, \(command ?? "vi"), did not end well: nothing is asked")
        }
        guard let edited = SmallFile.bytes(path, limit: 16 << 20) else { throw problem("the file cannot be read") }
        return edited
    }

    private static func problem(_ what: String) -> HomeportError {
        HomeportError(HomeportError.Code("editor.failed", .world), what, fix: "set EDITOR to one that is there")
    }
}
