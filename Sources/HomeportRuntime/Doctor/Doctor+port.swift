import HomeportCore
import HomeportNet

extension Doctor {
    static func checkPort() -> Finding {
        do {
            return port(try PortExplanation.gather(.homeport))
        } catch {
            return Finding("port", "port \(Port.homeport)", .note, error.what, fix: error.fix)
        }
    }

    static func port(_ explanation: PortExplanation) -> Finding {
        let title = "port \(explanation.port)"
        if explanation.canListen { return Finding("port", title, .ok, "it is free on both loopbacks") }
        let owners = explanation.holders.flatMap(\.processes)
        if let owner = owners.first, owners.allSatisfy({ $0.command == "homeport" }), !explanation.loopbacksDiffer {
            return Finding("port", title, .ok, "Homeport has it (\(owner))")
        }
        return Finding("port", title, .warning, explanation.obstacle ?? "it is taken", fix: explanation.fix)
    }
}
