/// Why a program cannot be reached.
package struct ProgramTrouble: Error, CustomStringConvertible {
    package let service: String
    package let status: ProgramStatus
    package let what: String
    package let fix: String?
    /// The last lines that it has said.
    package let output: [String]

    package var description: String { what }
}
