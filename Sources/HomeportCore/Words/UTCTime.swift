/// A moment's date and clock in UTC, by the proleptic Gregorian calendar, for any count of seconds since 1970: file
/// systems hold every 64-bit time, and none of them may trap.
///
/// Written out here because the alternative is Foundation, which costs a start more than this arithmetic: Howard Hinnant's
/// published algorithm, in which years begin in March, so that the leap day is the last of its year, and 400 years are one
/// era of 146,097 days.
package struct UTCTime: Sendable {
    package let year, month, day, hour, minute, second: Int
    /// 0 is Sunday.
    package let weekday: Int

    /// - Parameter seconds: Since 1970-01-01T00:00:00Z.
    package init(_ seconds: Int64) {
        let (days, ofDay) = Int(seconds).flooredDivision(by: 86_400)
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        (hour, minute, second) = (ofDay / 3_600, ofDay % 3_600 / 60, ofDay % 60)
        weekday = (days % 7 + 11) % 7
    }

    /// Seconds since 1970 of a date and a clock; nil where there is no such day. A leap second is the first of the next
    /// minute.
    /// - Parameters:
    ///   - year: 0 … 9999.
    ///   - month: 1 … 12.
    package static func seconds(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int
    ) -> Int64? {
        guard 1...12 ~= month, 1...31 ~= day, 0..<24 ~= hour, 0..<60 ~= minute, 0...60 ~= second else { return nil }
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let midnight = Int64(days) * 86_400
        guard UTCTime(midnight).day == day else { return nil }
        return midnight + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// RFC 3339 has four digits for the year and no sign: outside of that there is no correct spelling.
    package var isSpellable: Bool { (0...9_999).contains(year) }

    /// `2025-03-09T16:05:00Z`
    package var rfc3339: String {
        var text = ""
        appendRFC3339(to: &text)
        return text
    }

    /// `2026-11-24T14:03:59.000042Z`.
    /// - Parameter nanoseconds: Since 1970, not before it.
    package static func rfc3339(nanoseconds: Int64) -> String {
        let micro = String(1_000_000 + nanoseconds % 1_000_000_000 / 1000).dropFirst()
        return "\(UTCTime(nanoseconds / 1_000_000_000).rfc3339.dropLast()).\(micro)Z"
    }

    package func appendRFC3339(to text: inout String) {
        appendDate(to: &text)
        text += "T"
        appendClock(to: &text)
        text += "Z"
    }

    /// `2025-03-09`
    package func appendDate(to text: inout String) {
        Self.append(year, digits: 4, to: &text)
        text += "-"
        Self.append(month, digits: 2, to: &text)
        text += "-"
        Self.append(day, digits: 2, to: &text)
    }

    /// `16:05:00`, or `16:05`.
    package func appendClock(seconds: Bool = true, to text: inout String) {
        Self.append(hour, digits: 2, to: &text)
        text += ":"
        Self.append(minute, digits: 2, to: &text)
        guard seconds else { return }
        text += ":"
        Self.append(second, digits: 2, to: &text)
    }

    package static func append(_ number: Int, digits: Int, to text: inout String) {
        let plain = String(number)
        for _ in 0..<max(0, digits - plain.utf8.count) { text += "0" }
        text += plain
    }
}

extension Int {
    /// Quotient and remainder with the remainder never negative.
    fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension UTCTime {
    /// Reads what ``rfc3339(nanoseconds:)`` writes.
    /// - Returns: Nanoseconds since 1970, in whole microseconds; nil for anything else.
    package static func nanoseconds(rfc3339 text: String) -> Int64? {
        let parts = text.split { !$0.isNumber }
        let numbers = parts.compactMap { Int($0) }
        guard text.count == 27, text.hasSuffix("Z"), numbers.count == 7, parts[6].count == 6 else { return nil }
        let parsed = seconds(
            year: numbers[0],
            month: numbers[1],
            day: numbers[2],
            hour: numbers[3],
            minute: numbers[4],
            second: numbers[5]
        )
        return parsed.map { $0 * 1_000_000_000 + Int64(numbers[6]) * 1000 }
    }
}
