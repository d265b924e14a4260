import HomeportConditions
package import HomeportCore

extension Distribution {
    init(parsing text: String) throws(HomeportError) {
        let named: [String: Distribution] = [
            "uniform": .uniform, "normal": .normal, "pareto": .pareto, "paretonormal": .paretonormal,
        ]
        if let known = named[text] {
            self = known
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { Double($0.filter { $0 != " " }) }
        guard values.count == parts.count, values.count > 1 else {
            let near = Spelling.nearest(to: text, among: Array(named.keys)).map { "did you mean \($0)?" }
            throw HomeportError(
                .badValue,
                "\"\(text)\" is no distribution",
                fix: near ?? "known: \(named.keys.sorted().joined(separator: ", ")), or values such as -1,0,0.2,3"
            )
        }
        guard values.count <= 4096, values == values.sorted(), values.allSatisfy({ abs($0) <= 1000 }) else {
            throw HomeportError(
                .badValue,
                "a distribution has at most 4096 values between -1000 and 1000, in ascending order"
            )
        }
        guard values.first != values.last else {
            throw HomeportError(.badValue, "a distribution of one value alone spreads nothing")
        }
        self = .table(values)
    }
}

extension LossProcess.Model {
    /// `1%`, or `p=1%,r=25%,bad=100%,good=0%` of which the last two may be left out.
    init(parsing text: String) throws(HomeportError) {
        guard text.contains("=") else {
            self = .bernoulli(try Probability(parsing: text).fraction)
            return
        }
        var values: [String: Double] = [:]
        for part in text.split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1).map { String($0.filter { $0 != " " }) }
            guard halves.count == 2, ["p", "r", "bad", "good"].contains(halves[0]), values[halves[0]] == nil else {
                throw HomeportError(.badValue, "\"\(part)\" is none of p=, r=, bad=, good=", fix: "write p=1%,r=25%")
            }
            values[halves[0]] = try Probability(parsing: halves[1]).fraction
        }
        guard let p = values["p"], let r = values["r"] else {
            throw HomeportError(.badValue, "\"\(text)\" says not both p and r", fix: "write p=1%,r=25%")
        }
        self = .gilbertElliott(p: p, r: r, badLoss: values["bad"] ?? 1, goodLoss: values["good"] ?? 0)
    }
}

extension Duration {
    /// After what is undone what was said of a link.
    package static func untilUndone(_ text: String) throws(HomeportError) -> Duration {
        let value = try condition(text)
        guard value >= .milliseconds(10) else {
            throw HomeportError(.badValue, "\"\(text)\" is too short to be felt", fix: "the least here is 10ms")
        }
        return value
    }

    /// A time in a link, or until something of it ends: what is longer was not meant.
    package static func condition(_ text: String, most: Duration = .seconds(24 * 60 * 60)) throws(HomeportError)
        -> Duration
    {
        let value = try Duration(parsing: text)
        guard value <= most else {
            throw HomeportError(.badValue, "\(text) is longer than \(most.text)", fix: "the most here is \(most.text)")
        }
        return value
    }
}
