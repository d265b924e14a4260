import HomeportCore

extension Doctor {
    /// Whether what Homeport keeps is nobody else's.
    static func checkState(_ state: StateDirectory) -> Finding {
        let title = "Homeport's own folder"
        do throws(HomeportError) { try state.check() } catch {
            let place = error.subject.map { " (\($0))" } ?? ""
            return Finding("state", title, .failure, error.what + place, fix: error.fix)
        }
        return Finding("state", title, .ok, "nobody else can change \(state.path), or read the secrets in it")
    }
}
