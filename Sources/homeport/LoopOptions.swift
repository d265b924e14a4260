import ArgumentParser
import NIOCore

/// On how many event loops whatever serves does so.
struct LoopOptions: ParsableArguments {
    @Option(help: "Event loops (default: one for each core).")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes 1 to 256, not \(threads)")
        }
    }

    var count: Int { threads ?? NIOCore.System.coreCount }
}
