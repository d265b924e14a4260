import HomeportCore

/// What `/proc/PID/stat` tells, of which few fields are wanted: `812 (caddy) S 1 812 … `.
///
/// The command may contain anything, blanks and parentheses included, so that the fields after it are counted from the
/// *last* parenthesis. The parent is field 4, the start time field 22, in clock ticks since the machine started.
struct ProcessStat: Hashable {
    let command: String
    /// Has ended, and waits for its parent to look.
    let isZombie: Bool
    let parent: Int32
    let startTicks: UInt64

    init?(_ bytes: [UInt8]) {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
            open < close
        else { return nil }
        let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        guard fields.count > 19, let ticks = UInt64(String(decoding: fields[19], as: UTF8.self)),
            let parent = Int32(String(decoding: fields[1], as: UTF8.self))
        else { return nil }
        command = String(decoding: bytes[(open + 1)..<close], as: UTF8.self).harmless
        isZombie = fields[0].first == UInt8(ascii: "Z")
        self.parent = parent
        startTicks = ticks
    }
}
