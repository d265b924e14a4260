/// Where a message has been (RFC 9110, section 7.6.3).
package enum Via {
    package static let name: StaticString = "homeport"
    /// Who asks somebody else whether a request may come in.
    package static let asking: StaticString = "homeport-auth"

    /// How many times a request has been here already.
    package static func count(_ fields: FieldTable) -> Int {
        var count = 0
        fields.forEachElement(of: .via) { if $0.hasSuffixIgnoringCase(" homeport") { count += 1 } }
        return count
    }

    /// Whether it is such a question itself, or comes of one.
    package static func isQuestion(_ fields: FieldTable) -> Bool {
        var isQuestion = false
        fields.forEachElement(of: .via) { if $0.hasSuffixIgnoringCase(" homeport-auth") { isQuestion = true } }
        return isQuestion
    }
}
