import Dispatch
import HomeportCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system's resolver makes of a name: the answer that Node, Python, Java and most programs act on.
package enum NameLookup {
    package enum Answer: Sendable, Hashable {
        case addresses([IPAddress])
        /// The resolver's own words.
        case failed(String)
        /// No answer within the time.
        case late
    }

    /// `getaddrinfo` cannot be called off, and with a dead name server it takes half a minute. So it runs on a thread
    /// of its own, which is left behind when the time is up.
    package static func resolve(
        _ name: String,
        within limit: Duration,
        asking ask: @escaping @Sendable (String) -> Answer = system
    ) async -> Answer {
        let (answers, promise) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
        DispatchQueue.global().async {
            promise.yield(ask(name))
            promise.finish()
        }
        return await withTaskGroup(of: Answer.self) { group in
            group.addTask { await answers.first { _ in true } ?? .late }
            group.addTask {
                try? await Task.sleep(for: limit)
                return .late
            }
            defer { group.cancelAll() }
            return await group.next() ?? .late
        }
    }

    /// Blocks for as long as the system likes.
    package static let system: @Sendable (String) -> Answer = { name in
        // No flags: AI_ADDRCONFIG, which is the default without hints, hides ::1 where there is no other IPv6 address.
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        let answer = getaddrinfo(name, nil, &hints, &list)
        guard answer == 0 else {
            return .failed(gai_strerror(answer).map { String(cString: $0) } ?? "error \(answer)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry, let address = entry.pointee.ai_addr, let name = SocketName(copying: address) else {
                continue
            }
            if !addresses.contains(name.address) { addresses.append(name.address) }
        }
        return .addresses(addresses)
    }
}
