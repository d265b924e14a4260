package import HomeportCore

/// Finds ports on which anybody could listen now, on any address.
///
/// Free now is no promise: between the answer and the use somebody else may come. Whoever needs a port for himself
/// opens it and keeps it; this is for those who need a number to write down.
package enum FreePorts {
    package static func find(
        _ count: Int,
        rules: PortRules = .current,
        start: UInt16 = .random(in: 0 ... .max)
    ) throws(HomeportError) -> [Port] {
        // Somebody on another address than the loopbacks would be in the way of a program that listens on all of them.
        // Where the kernel does not tell, trying has to do.
        let taken = Set(((try? ListenerTable.listeners()) ?? []).map(\.local.port))
        var found: [Port] = []
        for port in PortPool(rules).candidates(start: start) {
            if found.count == count { break }
            if taken.contains(port.number) || ListeningSockets.couldBindLoopbacks(port) != nil { continue }
            found.append(port)
        }
        guard found.count == count else {
            throw HomeportError(
                .portsExhausted,
                "only \(found.count) ports are free on both loopbacks, \(count) were asked for",
                fix: "homeport ports lists who has the others"
            )
        }
        return found
    }
}
