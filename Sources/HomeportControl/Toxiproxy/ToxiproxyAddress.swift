import HomeportCore
import HomeportNet

/// `host:port` as Go takes it apart, with the words of its errors.
struct ToxiproxyAddress: Sendable, Equatable {
    let host: String
    let port: UInt16

    /// - Throws: ``ToxiproxyError`` as `net.Listen` says it, without what it puts in front.
    init(parsing text: String) throws(ToxiproxyError) {
        if text.isEmpty {
            self.init(host: "", port: 0)
            return
        }
        func wrong(_ why: String) -> ToxiproxyError { ToxiproxyError("address \(text): \(why)", 500) }
        guard let colon = text.lastIndex(of: ":") else { throw wrong("missing port in address") }
        var host = text[..<colon]
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw wrong("missing ']' in address") }
            let next = text.index(after: end)
            guard next != text.endIndex else { throw wrong("missing port in address") }
            guard next == colon else {
                throw wrong(text[next] == ":" ? "too many colons in address" : "missing port in address")
            }
            host = text[text.index(after: text.startIndex)..<end]
            guard !host.contains("[") else { throw wrong("unexpected '[' in address") }
        } else {
            guard !host.contains(":") else { throw wrong("too many colons in address") }
            guard !host.contains("[") else { throw wrong("unexpected '[' in address") }
            guard !host.contains("]") else { throw wrong("unexpected ']' in address") }
        }
        let port = text[text.index(after: colon)...]
        if port.isEmpty {
            self.init(host: String(host), port: 0)
            return
        }
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw ToxiproxyError("lookup tcp/\(port): unknown port", 500)
        }
        guard let number = UInt16(port) else { throw ToxiproxyError("address \(port): invalid port", 500) }
        self.init(host: String(host), port: number)
    }

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// As it is written once something listens there.
    func resolved(isOpen: Bool) -> String {
        switch host {
        case "localhost": "127.0.0.1:\(port)"
        case "", "0.0.0.0", "::": isOpen ? "[::]:\(port)" : "127.0.0.1:\(port)"
        default: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// Where that is to listen here.
    /// - Parameter isOpen: Whether other machines may reach what listens; else what would be there for all of them is there
    ///   for this one.
    func place(isOpen: Bool) async throws(ToxiproxyError) -> ListenPlace {
        switch host {
        case "localhost": return .loopbacks(Port(port))
        case "", "0.0.0.0", "::":
            guard isOpen else { return .loopbacks(Port(port)) }
            return host == "::" ? try at(IPv6(high: 0, low: 0)) : try at(IPv4(bits: 0))
        default: break
        }
        var address: IPAddress?
        if let four = IPv4(host) { address = .v4(four) } else if let six = IPv6(host) { address = .v6(six) }
        if address == nil {
            guard case .addresses(let found) = await NameLookup.resolve(host, within: .seconds(5)),
                let first = found.first
            else { throw ToxiproxyError("lookup \(host): no such host", 500) }
            address = first
        }
        guard let address else { throw ToxiproxyError("lookup \(host): no such host", 500) }
        guard address.isLoopback || isOpen else {
            throw ToxiproxyError(
                "listen tcp \(host):\(port): other machines could reach it: start with -host 0.0.0.0 if that is meant",
                500
            )
        }
        // The kernel gives the same port on both only if it is asked for both.
        if port == 0, address.isLoopback { return .loopbacks(nil) }
        switch address {
        case .v4(let four): return try at(four)
        case .v6(let six): return try at(six)
        }
    }

    private func at(_ address: IPv4) throws(ToxiproxyError) -> ListenPlace { .address(.ipv4(address, try freePort())) }
    private func at(_ address: IPv6) throws(ToxiproxyError) -> ListenPlace { .address(.ipv6(address, try freePort())) }

    private func freePort() throws(ToxiproxyError) -> Port {
        if let port = Port(port) { return port }
        do { return try FreePorts.find(1)[0] } catch { throw ToxiproxyError(error.what, 500) }
    }

    /// As Go writes an address that something listens at.
    static func text(_ place: Endpoint.Place) -> String {
        switch place {
        case .loopback(let port): "127.0.0.1:\(port)"
        case .ipv4(let address, let port) where address.isAny: "[::]:\(port)"
        case .ipv4(let address, let port): "\(address):\(port)"
        case .ipv6(let address, let port): "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
