/// What a keeper tells: one line each.
enum KeeperReport: Sendable, Hashable {
    case started(pid: Int32)
    /// It could not be started at all.
    case failed(errno: Int32)
    /// The program that was started has ended; what it started may live on.
    case exited(ProgramExit)
    /// It was stopped from its terminal, as with Ctrl-Z.
    case suspended
    /// Nothing of it is left.
    case gone

    var line: String {
        switch self {
        case .started(let pid): "started \(pid)"
        case .failed(let errno): "failed \(errno)"
        case .exited(.code(let code)): "exited \(code)"
        case .exited(.signal(let number)): "killed \(number)"
        case .suspended: "suspended"
        case .gone: "gone"
        }
    }

    init?(line: some StringProtocol) {
        let words = line.split(separator: " ")
        let number = words.count == 2 ? Int32(words[1]) : nil
        switch (words.first, number) {
        case ("started", let pid?): self = .started(pid: pid)
        case ("failed", let errno?): self = .failed(errno: errno)
        case ("exited", let code?): self = .exited(.code(code))
        case ("killed", let signal?): self = .exited(.signal(signal))
        case ("suspended", nil): self = .suspended
        case ("gone", nil): self = .gone
        default: return nil
        }
    }
}

/// What a keeper is told: one byte each. That nobody is there to tell anything any more means ``kill``.
enum KeeperOrder: UInt8 {
    /// SIGTERM for all of it.
    case terminate = 0x54
    /// SIGKILL for all of it, until nothing is left.
    case kill = 0x4B
    /// Let it go on in the foreground.
    case resume = 0x43
}
