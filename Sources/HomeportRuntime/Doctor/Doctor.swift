/// Looks at this machine for what will surprise somebody who tests networks on it: before it does, and with what to do.
///
/// Each check is a file of its own, in two parts: what was measured, and the pure judgement of it, which is what the
/// tests are about.
package enum Doctor {
    package static func examine() async -> [Finding] {
        async let names = checkNames()
        var findings = [checkLoopbacks()]
        findings.append(await names)
        findings += [checkPort(), checkEphemeralRange(), checkDescriptors()]
        if let watches = checkWatches() { findings.append(watches) }
        return findings
    }
}
