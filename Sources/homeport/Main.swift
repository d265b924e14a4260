import ArgumentParser
import HomeportCore
import HomeportHTTP
import HomeportNet
import HomeportServe
import NIOCore
import NIOPosix

@main struct Homeport: AsyncParsableCommand {
    @Argument var dir: String
    @Option var port: Int = 0
    @Option var threads: Int = 1
    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let loops = try await ServerLoops(group)
        ConnectionLimit.raise()
        var plan = FolderPlan(); plan.folder = dir
        let r = try await FolderResponder(folder: dir, plan: plan, loops: loops)
        let s = try ListeningSockets.open(.loopbacks(Port(UInt16(port))))
        let l = try await HTTPServer.start(s, on: loops, service: HTTPService(responder: r), onRefusal: { print($0) })
        print("http://127.0.0.1:\(l.port?.number ?? 0)")
        try await Task.sleep(for: .seconds(100000))
    }
}
