#if os(Linux)
import HomeportNet

extension Doctor {
    /// Nil where the kernel does not tell, as in some containers.
    static func checkWatches() -> Finding? {
        let folder = "/proc/sys/fs/inotify/"
        guard let folders = SmallFile.text(folder + "max_user_watches").flatMap({ Int($0) }),
            let instances = SmallFile.text(folder + "max_user_instances").flatMap({ Int($0) })
        else { return nil }
        return watches(folders: folders, instances: instances)
    }
}
#endif
