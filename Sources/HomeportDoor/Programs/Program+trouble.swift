import HomeportCore
import HomeportNet

/// Why a program cannot be reached, in words.
extension Program {
    nonisolated func trouble(reached place: Endpoint.Place? = nil, _ error: (any Error)? = nil) -> ProgramTrouble {
        let status = status
        let (what, fix) = Self.words(name.text, status, place, error)
        return ProgramTrouble(
            service: name.text,
            status: status,
            what: what,
            fix: fix,
            output: surroundings.log.tail(of: name.text, 20)
        )
    }

    private static func words(
        _ name: String,
        _ status: ProgramStatus,
        _ place: Endpoint.Place?,
        _ error: (any Error)?
    ) -> (String, String?) {
        let again = "homeport restart \(name) starts it again"
        if let place, let error {
            return ("\(name) cannot be reached at \(Endpoint(place)): \(DialFailure.text(error))", nil)
        }
        switch status.state {
        case .exited: return ("\(name) \(status.exit.map { "\($0)" } ?? "has ended")", again)
        case .failed: return ("\(name) could not be started: \(status.trouble ?? "")", again)
        case .backingOff:
            return ("\(name) \(status.exit.map { "\($0)" } ?? "has ended"); it is being started again", nil)
        case .stopped: return ("\(name) was stopped", nil)
        case .waiting: return ("\(name) waits for what it depends on", nil)
        case .starting, .ready:
            let port = status.port.map { "\($0.number)" } ?? "its port"
            return (
                "\(name) runs as pid \(status.pid.map(String.init) ?? "?"), and listens nowhere",
                "let it listen on $PORT, \(port)"
            )
        }
    }
}
