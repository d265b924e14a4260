extension Doctor {
    /// Live reload, ours and that of every development server, watches folders through inotify, whose limits count for
    /// all programs of a user together. Beyond them an editor's save is simply not noticed.
    static func watches(folders: Int, instances: Int) -> Finding {
        let title = "file watching"
        let facts =
            "all programs of a user may watch \(folders) files and folders through \(instances) inotify instances"
        var settings: [String] = []
        if folders < 65536 { settings.append("fs.inotify.max_user_watches=524288") }
        if instances < 128 { settings.append("fs.inotify.max_user_instances=1024") }
        guard !settings.isEmpty else { return Finding("watches", title, .ok, facts) }
        return Finding(
            "watches",
            title,
            folders < 8192 || instances < 128 ? .warning : .note,
            "\(facts): a few large projects use that up, and then changes go unnoticed",
            fix: "raise it with sudo sysctl -w \(settings.joined(separator: " "))"
        )
    }
}
