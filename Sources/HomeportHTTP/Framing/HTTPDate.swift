import HomeportCore

/// Dates as HTTP writes and reads them (RFC 9110, section 5.6.7), in whole seconds since 1970, UTC. No file time,
/// however absurd, can fail.
package enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`. Years beyond 9999 are printed as 9999, where the form ends.
    package static func text(_ seconds: Int64) -> String {
        let seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let time = UTCTime(seconds)
        return "\(weekdays[time.weekday]), \(two(time.day)) \(months[time.month - 1]) \(four(time.year)) "
            + "\(two(time.hour)):\(two(time.minute)):\(two(time.second)) GMT"
    }

    /// Reads the three forms that a recipient must accept, to the letter; nil for anything else. `now` places two-digit
    /// years.
    package static func parse(_ text: String, now: Int64) -> Int64? {
        let bytes = Array(text.utf8)
        return parse(bytes.span, now: now)
    }

    package static func parse(_ text: Span<UInt8>, now: Int64) -> Int64? {
        guard let comma = text.firstIndex(of: ASCII.comma) else { return asctime(text) }
        return comma == 3 ? fixed(text) : rfc850(text, after: comma, now: now)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func fixed(_ text: Span<UInt8>) -> Int64? {
        guard text.count == 29, matches(text, "___, __ ___ ____ __:__:__ GMT"),
            position(of: text, 0..<3, in: weekdays) != nil,
            let day = number(text, 5..<7), let month = position(of: text, 8..<11, in: months),
            let year = number(text, 12..<16)
        else { return nil }
        return moment(year, month, day, text.extracting(17..<25))
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ text: Span<UInt8>) -> Int64? {
        guard text.count == 24, matches(text, "___ ___ __ __:__:__ ____"),
            position(of: text, 0..<3, in: weekdays) != nil,
            let month = position(of: text, 4..<7, in: months),
            let day = number(text, text[8] == ASCII.space ? 9..<10 : 8..<10), let year = number(text, 20..<24)
        else { return nil }
        return moment(year, month, day, text.extracting(11..<19))
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`; a year more than 50 years ahead is in the past century.
    private static func rfc850(_ text: Span<UInt8>, after comma: Int, now: Int64) -> Int64? {
        let rest = text.extracting(comma...)
        guard rest.count == 24, matches(rest, ", __-___-__ __:__:__ GMT"),
            position(of: text, 0..<comma, in: longWeekdays) != nil,
            let day = number(rest, 2..<4), let month = position(of: rest, 5..<8, in: months),
            let short = number(rest, 9..<11)
        else { return nil }
        let thisYear = UTCTime(now).year
        var year = thisYear / 100 * 100 + short
        if year > thisYear + 50 { year -= 100 }
        return moment(year, month, day, rest.extracting(12..<20))
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameters:
    ///   - month: 0 ..< 12.
    ///   - clock: `08:49:37`, the colons checked. A leap second is the first of the next minute.
    private static func moment(_ year: Int, _ month: Int, _ day: Int, _ clock: Span<UInt8>) -> Int64? {
        guard let hour = number(clock, 0..<2), let minute = number(clock, 3..<5), let second = number(clock, 6..<8)
        else { return nil }
        return UTCTime.seconds(
            year: year,
            month: month + 1,
            day: day,
            hour: hour,
            minute: minute,
            second: second
        )
    }

    /// Whether the text has the pattern's punctuation; `_` stands for what is read elsewhere.
    private static func matches(_ text: Span<UInt8>, _ pattern: StaticString) -> Bool {
        guard text.count == pattern.utf8CodeUnitCount else { return false }
        for index in 0..<text.count where pattern.utf8Start[index] != UInt8(ascii: "_") {
            guard text[index] == pattern.utf8Start[index] else { return false }
        }
        return true
    }

    private static func position(of text: Span<UInt8>, _ range: Range<Int>, in names: [String]) -> Int? {
        let name = text.extracting(range)
        return names.firstIndex { $0.utf8.count == name.count && zip($0.utf8, 0...).allSatisfy { $0 == name[$1] } }
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        text.extracting(range).decimal.map { Int($0) }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static func four(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
