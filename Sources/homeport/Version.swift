import ArgumentParser
import HomeportCore
import HomeportRuntime

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Which Homeport this is, and what it was built of.",
        discussion: """
            --sbom prints a software bill of materials: the packages that are linked into this very program, with versions, commits and what \
            needs what, and the program's own hash. Whether something is known against them, homeport doctor --advisories says.

            EXAMPLES
              homeport version
              homeport version --sbom > homeport.cdx.json

            JSON
              CycloneDX 1.6 (ECMA-424); its components are named by purl (pkg:swift/github.com/apple/swift-nio@…).
            """
    )

    @Flag(help: "Print a bill of materials, in CycloneDX's JSON.")
    var sbom = false

    func run() throws {
        guard sbom else { return Terminal.output.write("\(HomeportVersion.current)\n") }
        try Terminal.output.write(json: SoftwareBill.present())
    }
}
