/// A file's time in UTC, in the two spellings a listing needs.
///
/// Written out here because the alternative is Foundation, which costs a small static binary more than this arithmetic.
/// Days are counted from 1 March of year 0, so that the leap day is the last day of its year; a 400-year era always has
/// 146,097 days, which makes the rest whole-number division. File systems hold any 64-bit time: none of it may trap.
struct ListingTime {
    private(set) var year: Int64
    private(set) var month: Int64
    private(set) var day: Int64
    private(set) var hour: Int64
    private(set) var minute: Int64
    private(set) var second: Int64

    init(secondsSince1970 seconds: Int64) {
        let (days, ofDay) = Self.floorDivide(seconds, by: 86_400)
        hour = ofDay / 3_600
        minute = ofDay % 3_600 / 60
        second = ofDay % 60

        let (era, dayOfEra) = Self.floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// RFC 3339 has four digits for the year and no sign: outside of that there is no correct spelling.
    var isSpellable: Bool { (0...9_999).contains(year) }

    /// `2025-03-09T16:05:00Z`
    func appendRFC3339(to text: inout String) {
        appendDate(to: &text)
        text += "T"
        appendClock(to: &text)
        text += ":"
        Self.append(second, digits: 2, to: &text)
        text += "Z"
    }

    /// `2025-03-09 16:05`
    func appendShort(to text: inout String) {
        appendDate(to: &text)
        text += " "
        appendClock(to: &text)
    }

    private func appendDate(to text: inout String) {
        Self.append(year, digits: 4, to: &text)
        text += "-"
        Self.append(month, digits: 2, to: &text)
        text += "-"
        Self.append(day, digits: 2, to: &text)
    }

    private func appendClock(to text: inout String) {
        Self.append(hour, digits: 2, to: &text)
        text += ":"
        Self.append(minute, digits: 2, to: &text)
    }

    private static func append(_ number: Int64, digits: Int, to text: inout String) {
        let plain = String(number)
        for _ in 0..<max(0, digits - plain.utf8.count) { text += "0" }
        text += plain
    }

    /// Swift's division rounds toward zero; times before 1970 need the floor.
    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
