import HomeportCore
import HomeportHTTP
import HomeportNet
import HomeportServe
import NIOCore
import NIOPosix
import Testing

/// A folder that is being served, for as long as `body` runs.
func serving(
    _ folder: TestFolder,
    at subfolder: String = "",
    loops count: Int = 1,
    pulse: TimeAmount = .seconds(15),
    _ change: (inout FolderPlan) -> Void = { _ in },
    _ body: (ServedFolder) async throws -> Void
) async throws {
    var plan = FolderPlan()
    plan.folder = folder.path + subfolder
    change(&plan)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
    let loops = try await ServerLoops(group)
    let live =
        plan.live
        ? try await LiveReload.start(folder: plan.folder, loops: loops, pulse: pulse, onWarning: { print($0) }) : nil
    let responder = FolderResponder(
        folder: plan.folder,
        plan: plan,
        caches: try await FolderCaches(loops: loops),
        live: live
    )
    var service = HTTPService(responder: responder)
    // A test that waits for its turn on a busy machine is no slow client.
    service.deadlines.head = nil
    service.deadlines.body = nil
    service.deadlines.idle = nil
    service.deadlines.write = nil
    let listener = try await HTTPServer.start(
        try ListeningSockets.open(.loopbacks(nil)),
        on: loops,
        service: service,
        onRefusal: { _ in }
    )
    let served = ServedFolder(folder: folder, port: listener.port?.number ?? 0, live: live, listener: listener)
    do { try await body(served) } catch {
        try await end()
        throw error
    }
    try await end()

    func end() async throws {
        await live?.stop()
        await listener.stop(within: .zero)
        try await group.shutdownGracefully()
    }
}

struct ServedFolder: Sendable {
    let folder: TestFolder
    let port: UInt16
    let live: LiveReload?
    let listener: Listener

    /// One request on a connection of its own.
    func ask(_ method: String, _ target: String, _ fields: [String] = [], body: [UInt8] = []) throws -> Answer {
        let client = try RawClient(port: port)
        try client.ask(method, target, fields, body: body)
        return try client.answer(toHead: method == "HEAD")
    }

    func get(_ target: String, _ fields: String...) throws -> Answer { try ask("GET", target, fields) }

    /// The answer once it is as wanted; the last one if it never is.
    func get(_ target: String, _ fields: [String] = [], until isWanted: (Answer) -> Bool) async throws -> Answer {
        var answer = try ask("GET", target, fields)
        _ = try await eventually {
            answer = try self.ask("GET", target, fields)
            return isWanted(answer)
        }
        return answer
    }

    /// Waits until a file has not changed for so long that its tag is strong.
    @discardableResult
    func settled(_ target: String, _ fields: String...) async throws -> Answer {
        let answer = try await get(target, fields, until: { $0["ETag"]?.hasPrefix("\"") == true })
        #expect(answer["ETag"]?.hasPrefix("\"") == true, "the tag of \(target) stays weak")
        return answer
    }

    /// The answer for a file that changed just now, as its tag tells: on a busy machine, now is soon over.
    func young(_ name: String, _ fields: String...) async throws -> Answer {
        folder.setTime(name, 784_111_777)
        return try await get("/\(name)", fields) { answer in
            defer { folder.setTime(name, 784_111_777) }
            return answer["ETag"]?.hasPrefix("W/\"") == true
        }
    }
}

extension RawClient {
    func ask(_ method: String, _ target: String, _ fields: [String] = [], body: [UInt8] = []) throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost"] + fields
        if !body.isEmpty { lines.append("Content-Length: \(body.count)") }
        try send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }
}

/// Asks again and again until something holds, or until it has taken too long.
func eventually(within limit: Duration = .seconds(60), _ holds: () throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while !(try holds()) {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
    return true
}
