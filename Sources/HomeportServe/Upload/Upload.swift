import HomeportHTTP
import NIOCore
import NIOPosix

/// A body that becomes a file: piece by piece, on other threads, and the client waits while one is being written.
final class Upload {
    typealias Outcome = Result<UploadFile.Placed, any Error>

    private let exchange: any Exchange
    private let file: UploadFile
    private let name: CPath
    private let limit: Int64
    private let onlyIfNew: Bool
    private var received: Int64 = 0
    private let onEnd: (Outcome) -> Void

    struct TooLarge: Error {}

    init(
        _ exchange: any Exchange,
        into file: UploadFile,
        as name: CPath,
        limit: Int64,
        onlyIfNew: Bool,
        onEnd: @escaping (Outcome) -> Void
    ) {
        self.exchange = exchange
        self.file = file
        self.name = name
        self.limit = limit
        self.onlyIfNew = onlyIfNew
        self.onEnd = onEnd
    }

    /// The exchange keeps the upload, and the upload the draft: when the exchange ends early, the draft goes with it.
    func start() { exchange.onBody = { part in self.take(part) } }

    private func take(_ part: BodyPart) {
        switch part {
        case .bytes(let bytes):
            received += Int64(bytes.readableBytes)
            guard received <= limit else { return end(.failure(TooLarge())) }
            exchange.isBodyPaused = true
            aside { [file] in try file.write(bytes) } then: { upload, result in
                if case .failure(let error) = result { return upload.end(.failure(error)) }
                upload.exchange.isBodyPaused = false
            }
        case .end:
            aside { [file, name, onlyIfNew] in try file.place(as: name, onlyIfNew: onlyIfNew) } then: { upload, result in
                upload.end(result)
            }
        case .failed:
            exchange.onBody = nil
        }
    }

    private func end(_ outcome: Outcome) {
        exchange.onBody = nil
        onEnd(outcome)
    }

    private func aside<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value,
        then: @escaping (Upload, Result<Value, any Error>) -> Void
    ) {
        let loop = exchange.loop.loop
        let bound = NIOLoopBound((self, then), eventLoop: loop)
        NIOThreadPool.singleton.runIfActive(eventLoop: loop, work).whenComplete { result in
            let (upload, then) = bound.value
            then(upload, result)
        }
    }
}
