import ArgumentParser
import HomeportCore
import HomeportRuntime
import HomeportTap

/// Whether what passes is kept on disk, too.
struct RecordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what passes in this folder, too, beside what is there: homeport tap open reads it.",
            valueName: "folder"
        )
    )
    var record: String?

    /// The folder, wherever this process will be.
    var folder: String? { record.map { $0.hasPrefix("/") ? $0 : "\(PlanFile.currentDirectory)/\($0)" } }

    func recorder(onTrouble: @escaping @Sendable (String) -> Void) throws -> Recorder? {
        try folder.map { try Recorder(in: $0, onTrouble: onTrouble) }
    }
}
