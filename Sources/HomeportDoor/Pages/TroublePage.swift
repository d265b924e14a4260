import HomeportCore
import HomeportHTTP
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Why a service did not answer: what a person sees in its place.
struct TroublePage: Encodable {
    var status: Int
    /// `proxy.unreachable`.
    var code: String
    var service: String
    /// What happened.
    var what: String
    /// What to do.
    var fix: String?
    /// Of a program: `starting`, `exited`, ….
    var state: String?
    var pid: Int32?
    /// Of a program that has ended, as shells tell it.
    var exitCode: Int32?
    /// The last lines that a program has said.
    var output: [String]?

    enum CodingKeys: String, CodingKey {
        case status, code, service, what, fix, state, pid, output
        case exitCode = "exit_code"
    }

    init(_ refusal: Refusal, service: String) {
        status = refusal.status
        code = "\(refusal.code)"
        self.service = service
        what = refusal.detail
    }

    mutating func add(_ trouble: ProgramTrouble) {
        (fix, state, pid) = (trouble.fix, trouble.status.state.rawValue, trouble.status.pid)
        exitCode = trouble.status.exit?.exitCode
        output = trouble.output
    }

    func text(_ form: PageForm) -> String {
        switch form {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: (try? encoder.encode(self)) ?? Data(), as: UTF8.self) + "\n"
        case .text:
            var text = "\(status) \(Status.phrase(status)): \(what.harmless)\n"
            if let fix { text += "  fix  \(fix.harmless)\n" }
            for line in output ?? [] { text += "  \(service) | \(line.harmless)\n" }
            return text
        case .html:
            var body = "<p>\(what.html)</p>\n"
            if let fix { body += "<p class=\"fix\">\(fix.html)</p>\n" }
            if let output, !output.isEmpty {
                let lines = output.map { Self.plain($0).html }.joined(separator: "\n")
                body += "<p>The last lines of its output:</p>\n<pre>\(lines)</pre>\n"
            }
            return PageFrame.html(title: "\(status) \(Status.phrase(status)): \(service)", body: body)
        }
    }

    /// Without the colours that a terminal would show.
    private static func plain(_ line: String) -> String {
        line.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "").harmless
    }
}
