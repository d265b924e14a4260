package import HomeportLink
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs ``Fidelity`` on loops of its own.
package enum LinkFidelity {
    package static func measure(
        isQuick: Bool,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> FidelityReport {
        let (link, probe) = (
            MultiThreadedEventLoopGroup(numberOfThreads: 1), MultiThreadedEventLoopGroup(numberOfThreads: 1)
        )
        let fidelity = Fidelity(groups: ProbeGroups(link: link, probe: probe), isQuick: isQuick, progress: progress)
        let report = await Result.of { try await fidelity.report() }
        try? await link.shutdownGracefully()
        try? await probe.shutdownGracefully()
        return try report.get()
    }

    /// What is measured, in a line.
    package static var machine: String {
        var name = utsname()
        uname(&name)
        func text<Tuple>(_ field: Tuple) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return
            "\(text(name.sysname)) \(text(name.release)), \(text(name.machine)), \(sysconf(CInt(_SC_NPROCESSORS_ONLN))) "
            + "processors; \(LogTime.rfc3339(Int64(time(nil))))"
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
