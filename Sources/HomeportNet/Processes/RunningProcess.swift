/// A program that holds a socket: what a person needs to recognise it, and to stop it.
package struct RunningProcess: Sendable, Hashable {
    package var pid: Int32
    /// The kernel's short name, at most 15 bytes.
    package var command: String
    /// How it was started, arguments joined by blanks; nil for what hides or has none.
    package var commandLine: String?
    package var uid: UInt32
    /// Nil where the system knows no name for `uid`.
    package var user: String?
    package var age: Duration?

    package init(
        pid: Int32,
        command: String,
        commandLine: String? = nil,
        uid: UInt32,
        user: String? = nil,
        age: Duration? = nil
    ) {
        self.pid = pid
        self.command = command
        self.commandLine = commandLine
        self.uid = uid
        self.user = user
        self.age = age
    }
}

extension RunningProcess: CustomStringConvertible {
    /// `pid 812 (caddy) of user www`
    package var description: String { "pid \(pid) (\(command)) of user \(user ?? String(uid))" }
}

extension RunningProcess: Codable {
    private enum CodingKeys: String, CodingKey {
        case pid, command, uid, user
        case commandLine = "command_line"
        case age = "age_seconds"
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        pid = try keys.decode(Int32.self, forKey: .pid)
        command = try keys.decode(String.self, forKey: .command)
        commandLine = try keys.decodeIfPresent(String.self, forKey: .commandLine)
        uid = try keys.decode(UInt32.self, forKey: .uid)
        user = try keys.decodeIfPresent(String.self, forKey: .user)
        age = try keys.decodeIfPresent(Int64.self, forKey: .age).map { .seconds($0) }
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(pid, forKey: .pid)
        try keys.encode(command, forKey: .command)
        try keys.encodeIfPresent(commandLine, forKey: .commandLine)
        try keys.encode(uid, forKey: .uid)
        try keys.encodeIfPresent(user, forKey: .user)
        try keys.encodeIfPresent(age?.components.seconds, forKey: .age)
    }
}
