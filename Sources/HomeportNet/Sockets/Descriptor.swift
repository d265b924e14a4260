#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Owns one open descriptor, so that no way out of a function can leak it: closed at the end of its life unless
/// released.
package struct Descriptor: ~Copyable {
    package let number: CInt

    package init(owning number: CInt) { self.number = number }

    deinit { close(number) }

    package consuming func release() -> CInt {
        let number = number
        discard self
        return number
    }
}

/// Two sockets that are connected to each other.
package struct DescriptorPair: ~Copyable {
    private let one, other: Descriptor

    init(_ one: consuming Descriptor, _ other: consuming Descriptor) {
        self.one = one
        self.other = other
    }

    package consuming func release() -> (one: CInt, other: CInt) { (one.release(), other.release()) }
}

/// A system call that failed: the bare fact, before anybody has looked why.
package struct SystemFailure: Error, Hashable {
    package let call: String
    package let errno: CInt

    package init(_ call: String, _ errno: CInt) {
        self.call = call
        self.errno = errno
    }

    /// The system's words for an errno, in lower case because they follow a colon.
    package static func text(_ errno: CInt) -> String {
        guard let words = strerror(errno) else { return "error \(errno)" }
        let text = String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
