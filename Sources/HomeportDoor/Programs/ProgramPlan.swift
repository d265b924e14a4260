package import HomeportCore

/// A program that Homeport runs, as a plan has it.
package struct ProgramPlan: Sendable, Equatable {
    package enum Command: Sendable, Equatable {
        /// For `/bin/sh -c`.
        case shell(String)
        /// Executed as it is.
        case words([String])
    }

    package enum Transport: String, Sendable, CaseIterable {
        case http, tcp
    }

    package enum Restart: String, Sendable, CaseIterable {
        case onFailure = "on-failure"
        case always, never
    }

    package var command: Command
    /// Where it begins; nil for the plan's folder.
    package var directory: String?
    package var environment: [TableEntry<String>] = []
    package var environmentFiles: [String] = []
    package var dependsOn: [ServiceName] = []
    package var readiness = Readiness()
    package var restart = Restart.onFailure
    /// How long it may take to end when it is asked to.
    package var grace = Duration.seconds(10)
    package var transport = Transport.http
    /// A port that it must have; nil leases one.
    package var port: Port?
    /// Whether it is handed sockets that listen already (`LISTEN_FDS`).
    package var isHandedSockets = false
    /// Whether it sees the loopback and its project, and nothing else of any network.
    package var isOffline = false

    package init(_ command: Command) { self.command = command }

    /// As somebody would type it: the first line.
    package var text: String {
        switch command {
        case .shell(let text):
            let lines = text.split(whereSeparator: \.isNewline)
            return (lines.first.map(String.init) ?? "") + (lines.count > 1 ? " …" : "")
        case .words(let words): return words.joined(separator: " ")
        }
    }

    var words: [String] {
        switch command {
        case .shell(let text): ["/bin/sh", "-c", text]
        case .words(let words): words
        }
    }
}

/// When a program can be used.
package struct Readiness: Sendable, Equatable {
    package enum Sign: Sendable, Equatable {
        /// It listens.
        case listening
        /// It listens, and answers a GET of this path with a status below 400.
        case path(String)
        /// A line of its output contains this.
        case log(String)
        /// At once: it is not expected to listen.
        case started
    }

    package var sign = Sign.listening
    /// After which it is told that it is not.
    package var within = Duration.seconds(60)

    package init() {}
}
