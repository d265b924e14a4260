/// Dates as HTTP writes and reads them (RFC 9110, section 5.6.7), in whole seconds since 1970, UTC. Proleptic Gregorian
/// arithmetic throughout, so that no file time, however absurd, can fail.
package enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`. Years beyond 9999 are printed as 9999, where the form ends.
    package static func text(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let (day, rest) = seconds.flooredDivision(by: 86_400)
        let (year, month, dayOfMonth) = civil(fromDays: day)
        let weekday = Int((day % 7 + 11) % 7)
        return "\(weekdays[weekday]), \(two(dayOfMonth)) \(months[month - 1]) \(four(year)) "
            + "\(two(Int(rest / 3600))):\(two(Int(rest / 60 % 60))):\(two(Int(rest % 60))) GMT"
    }

    /// Reads the three forms that a recipient must accept; nil for anything else. `now` places two-digit years.
    package static func parse(_ text: String, now: Int64) -> Int64? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" })
        guard text.utf8.count <= 64, words.count >= 5, text.utf8.first != 0x20 else { return nil }
        if words.count == 5, !text.contains(",") {
            // asctime: Sun Nov  6 08:49:37 1994
            guard weekdays.contains(String(words[0])) else { return nil }
            return moment(day: words[2], month: words[1], year: number(words[4], digits: 4), time: words[3])
        }
        guard words.count == 6, words[5] == "GMT" else { return nil }
        if weekdays.contains(String(words[0])), !text.contains("-") {
            return moment(day: words[1], month: words[2], year: number(words[3], digits: 4), time: words[4])
        }
        // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT; a year more than 50 years ahead is in the past century.
        guard longWeekdays.contains(String(words[0])), text.contains("-"), let short = number(words[3], digits: 2)
        else {
            return nil
        }
        let thisYear = civil(fromDays: now.flooredDivision(by: 86_400).0).year
        var year = thisYear / 100 * 100 + short
        if year > thisYear + 50 { year -= 100 }
        return moment(day: words[1], month: words[2], year: year, time: words[4])
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func moment(day: Substring, month: Substring, year: Int?, time: Substring) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let year, let month = months.firstIndex(of: String(month)),
            let day = number(day, digits: 2) ?? number(day, digits: 1),
            clock.count == 3, let hour = number(clock[0], digits: 2), let minute = number(clock[1], digits: 2),
            let second = number(clock[2], digits: 2), 1...31 ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = HTTPDate.days(year: year, month: month + 1, day: day)
        guard civil(fromDays: days).day == day else { return nil }
        return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    private static func number(_ digits: Substring, digits count: Int) -> Int? {
        guard digits.utf8.count == count, digits.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int(digits)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func four(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Days since 1970-01-01 to a date, after Howard Hinnant's published algorithm: years begin in March, so that the
    /// leap day is the last, and 400 years are one era of 146,097 days.
    package static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (
            Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        )
    }

    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let (era, yearOfEra) = Int64(month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    /// Quotient and remainder with the remainder never negative.
    fileprivate func flooredDivision(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
