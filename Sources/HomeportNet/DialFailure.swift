import NIOCore
import NIOPosix

/// Why a connection did not come about, in words.
package enum DialFailure {
    package static func text(_ error: any Error) -> String {
        switch error {
        case let error as SystemFailure: SystemFailure.text(error.errno)
        case let error as IOError: SystemFailure.text(error.errnoCode)
        case ChannelError.connectTimeout(let time): "no answer in \(Double(time.nanoseconds) / 1e9) s"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { text($0.error) } ?? "the name is not known"
        default: "\(error)"
        }
    }
}
