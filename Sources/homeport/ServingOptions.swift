import ArgumentParser
import HomeportCore
import HomeportGuard
import HomeportNet
import HomeportRuntime

/// What every command takes that serves.
struct ServingOptions: ParsableArguments {
    @Option(help: "Port to listen on, at 127.0.0.1 and [::1] together; 0 picks a free one. (default: 62893)")
    var port: UInt16?

    @OptionGroup var loops: LoopOptions
    @OptionGroup var record: RecordOption

    @Option(help: "How requests are shown; json is one object a line. (default: text)")
    var log: LogForm?

    @Option(
        help: ArgumentHelp(
            "Answer for this name, too; *.example.test for all below it. May be repeated.",
            valueName: "name"
        )
    )
    var host: [String] = []

    @Option(help: ArgumentHelp("The file that standard output is, to be kept within bounds.", visibility: .private))
    var logFile: String?

    enum LogForm: String, ExpressibleByArgument, CaseIterable {
        case text, json, off

        /// Told of requests, in this form; nil for off.
        func accessLog(to writer: LineWriter, on terminal: Terminal) -> AccessLog? {
            switch self {
            case .off: nil
            case .text: AccessLog(.text(colour: terminal.hasColour), to: writer)
            case .json: AccessLog(.json, to: writer)
            }
        }
    }

    /// - Parameter bind: The one address to listen on, instead of both loopbacks.
    func place(bind: String?) throws -> ListenPlace {
        let number = port ?? Port.homeport.number
        guard let bind else { return .loopbacks(Port(number)) }
        let bare = bind.hasPrefix("[") && bind.hasSuffix("]") ? String(bind.dropFirst().dropLast()) : bind
        let (four, six) = (IPv4(bind), IPv6(bare))
        guard four != nil || six != nil else {
            throw HomeportError(
                .badValue,
                "\"\(bind)\" is not an IP address",
                fix: "write it as in --bind 192.168.1.20 or --bind ::"
            )
        }
        guard let port = Port(number) else {
            throw HomeportError(.badValue, "with --bind, port 0 is no port", fix: "name one with --port")
        }
        if let four { return .address(.ipv4(four, port)) }
        return .address(six.map { .ipv6($0, port) } ?? .loopback(port))
    }

    var form: LogForm { log ?? .text }

    /// Where lines about requests go.
    var writer: LineWriter {
        let form: AccessLog.Form = form == .json ? .json : .text(colour: false)
        return LineWriter(descriptor: 1, file: logFile, dropLine: AccessLog.dropLine(form))
    }

    /// The start-up report keeps off the stream that programs read.
    var reportTerminal: Terminal { form == .json ? .errors : .output }

    func options(place: ListenPlace, writer: LineWriter) throws -> ProjectOptions {
        var options = ProjectOptions(place: place, threads: loops.count) { warning in
            Terminal.errors.warn(warning)
        }
        options.hosts = try host.map { try HostPattern(parsing: $0) }
        options.output = ProgramLines.output(
            form == .json ? .json : .text(colour: Terminal.output.hasColour),
            to: writer
        )
        options.observer = form.accessLog(to: writer, on: .output)
        options.recorder = try record.recorder(onTrouble: options.onWarning)
        return options
    }
}
