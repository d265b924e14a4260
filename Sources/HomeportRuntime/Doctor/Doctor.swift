/// Looks at this machine for what will surprise somebody who tests networks on it: before it does, and with what to do.
///
/// Each check is a file of its own, in two parts: what was measured, and the pure judgement of it, which is what the
/// tests are about.
package enum Doctor {
    /// - Parameters:
    ///   - hosts: Names of services that matter here.
    ///   - state: Where Homeport keeps what is its own.
    package static func examine(hosts: [String] = [], state: StateDirectory = StateDirectory()) async -> [Finding] {
        async let names = checkNames()
        async let services = checkHosts(hosts)
        var findings = [checkLoopbacks()]
        findings.append(await names)
        if let services = await services { findings.append(services) }
        findings += [checkPort(), checkEphemeralRange(), checkDescriptors(), checkState(state)]
        if let watches = checkWatches() { findings.append(watches) }
        return findings
    }
}
