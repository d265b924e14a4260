import ArgumentParser
import HomeportConditions
import HomeportCore
import HomeportLink
import HomeportNet
import NIOCore
import NIOPosix

struct LinkOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "link-open", abstract: "Run a link now.")

    @Argument var target: String
    @Option var listen: UInt16 = 0
    @Option var latency: String?
    @Option var jitter: String?
    @Option var rate: String?
    @Option var threads: Int = 1

    func run() async throws {
        var stages: [Stage] = []
        if let latency {
            let mean = UInt64(try Duration(parsing: latency).wholeNanoseconds)
            let jitter = UInt64(try jitter.map { try Duration(parsing: $0).wholeNanoseconds } ?? 0)
            stages.append(.latency(Latency(mean: mean, jitter: jitter)))
        }
        if let rate { stages.append(.rate(Rate(bitsPerSecond: try ByteRate(parsing: rate).bitsPerSecond))) }
        let endpoint = try Endpoint(parsing: target)
        let link = Link(to: AddressDialer(endpoint.place), conditions: LinkConditions(down: stages), seed: 1)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let sockets = try ListeningSockets.open(.loopbacks(listen == 0 ? nil : Port(listen)))
        let listener = try await link.start(sockets, group: group) { Terminal.errors.warn($0) }
        Terminal.output.write("\(listener.port.map { "\($0)" } ?? "?")\n")
        try await Task.sleep(for: .seconds(3600))
    }
}
