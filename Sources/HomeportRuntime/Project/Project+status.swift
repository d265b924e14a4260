package import HomeportCore
import HomeportDoor
import HomeportLink
import HomeportNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a running project says of itself.
extension Project {
    package var port: Port? {
        guard case .stopped = state else { return doorPort }
        return nil
    }

    package var status: ProjectStatus {
        get async {
            var (addresses, connections) = ([String](), 0)
            if case .running(let front?, _) = state {
                addresses = front.listener.places.map { "\(Endpoint($0, scheme: .http))" }
                connections = front.listener.connectionCount
            }
            let plan = plan
            return ProjectStatus(
                project: plan.name.text,
                version: HomeportVersion.current,
                pid: getpid(),
                directory: plan.directory,
                plan: plan.file,
                started: LogTime.rfc3339(started),
                addresses: addresses,
                services: plan.services.map(status(of:)),
                bare: neighbours?.project(of: DoorEntry.bare),
                worktree: worktree?.text,
                settled: isSettled,
                links: await linkStatus,
                toxiproxy: toxiproxy.listener?.places.map { "\(Endpoint($0, scheme: .http))" } ?? [],
                connections: connections
            )
        }
    }
}
