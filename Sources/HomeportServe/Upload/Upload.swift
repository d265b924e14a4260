import HomeportHTTP
import NIOCore
import NIOPosix

/// A body that becomes a file: piece by piece, on other threads, and the client waits while one is being written.
final class Upload {
    typealias Outcome = Result<UploadFile.Placed, any Error>

    private let exchange: any Exchange
    private var file: UploadFile?
    private let limit: Int64
    private let isConditional: Bool
    private var received: Int64 = 0
    private let onEnd: (Outcome) -> Void

    struct TooLarge: Error {}

    /// - Parameters:
    ///   - limit: Bytes.
    ///   - isConditional: What is there must still be what it was when the request began.
    ///   - onEnd: Called once, unless the client goes away before its body is whole.
    init(
        _ exchange: any Exchange,
        into file: UploadFile,
        limit: Int64,
        isConditional: Bool,
        onEnd: @escaping (Outcome) -> Void
    ) {
        self.exchange = exchange
        self.file = file
        self.limit = limit
        self.isConditional = isConditional
        self.onEnd = onEnd
    }

    deinit { letGo() }

    /// The exchange keeps the upload, and the upload the draft: when the exchange ends early, the draft goes with it.
    /// - Parameter hasBody: Where there is none, an empty file is made, and nothing will come that says so.
    func start(hasBody: Bool) {
        if hasBody { exchange.onBody = { part in self.take(part) } } else { take(.end(trailer: nil)) }
    }

    private func take(_ part: BodyPart) {
        guard let file else { return }
        switch part {
        case .bytes(let bytes):
            received += Int64(bytes.readableBytes)
            guard received <= limit else { return end(.failure(TooLarge())) }
            exchange.isBodyPaused = true
            aside {
                try file.write(bytes)
            } then: { upload, result in
                if case .failure(let error) = result { return upload.end(.failure(error)) }
                upload.exchange.isBodyPaused = false
            }
        case .end:
            aside { [isConditional] in
                try file.place(ifUnchanged: isConditional)
            } then: { upload, result in
                upload.end(result)
            }
        case .failed:
            exchange.onBody = nil
            letGo()
        }
    }

    private func end(_ outcome: Outcome) {
        exchange.onBody = nil
        letGo()
        onEnd(outcome)
    }

    /// On another thread, where the last one to hold the file may wait for the disk.
    private func letGo() {
        guard let file else { return }
        self.file = nil
        NIOThreadPool.singleton.submit { _ in withExtendedLifetime(file) {} }
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
