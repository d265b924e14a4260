import HomeportCore
import HomeportNet

/// Programs' output among the lines of a project: each with the name of who said it.
package enum ProgramLines {
    /// - Parameter form: JSON is one object a line: time, service, output.
    package static func output(_ form: AccessLog.Form, to writer: LineWriter) -> ProgramOutput {
        var output = ProgramOutput()
        output.hasRoom = { writer.hasRoom }
        output.line = { service, text in
            switch form {
            case .text(let colour): writer.write(prefix(service.text, colour: colour) + text)
            case .json:
                writer.write(
                    "{\"time\":\"\(LogTime.rfc3339())\",\"service\":\(String(json: service.text)),\"output\":\(String(json: text))}"
                )
            }
        }
        return output
    }

    /// `api      | `, in a colour of its own.
    package static func prefix(_ service: String, colour: Bool) -> String {
        let name = "\(service.padded(to: 8)) | "
        guard colour else { return name }
        let hash = service.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        return "\u{1B}[\([36, 35, 34, 33, 32][hash % 5])m\(name)\u{1B}[0m"
    }
}
