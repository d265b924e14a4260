/// Looks at this machine for what will surprise somebody who tests networks on it: before it does, and with what to do.
///
/// Each check is a file of its own, in two parts: what was measured, and the pure judgement of it, which is what the
/// tests are about.
package enum Doctor {
    /// - Parameter hosts: Names of services that matter here.
    package static func examine(hosts: [String] = []) async -> [Finding] {
        async let names = checkNames()
        async let services = checkHosts(hosts)
        var findings = [checkLoopbacks()]
        findings.append(await names)
        if let services = await services { findings.append(services) }
        findings += [checkPort(), checkEphemeralRange(), checkDescriptors(), checkState(StateDirectory())]
        if let watches = checkWatches() { findings.append(watches) }
        return findings
    }
}
