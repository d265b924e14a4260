/// Asks again and again until there is an answer.
/// - Throws: ``Failure`` when none comes in time.
package func awaiting<Value>(
    _ what: String = "an answer",
    within time: Duration = .seconds(60),
    _ ask: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + time
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("\(what) did not come about in \(time)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Looks again and again until something is so.
package func eventually(
    _ what: String = "a condition",
    within time: Duration = .seconds(60),
    _ isSo: () async throws -> Bool
) async throws {
    _ = try await awaiting(what, within: time) { try await isSo() ? true : nil }
}
