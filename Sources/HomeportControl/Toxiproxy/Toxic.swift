import HomeportCore
import HomeportLink

/// A toxic as the API has it.
struct Toxic: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// One of Toxiproxy's own, with its attributes.
        case known(ToxicType, [Int64])
        /// A condition that Toxiproxy does not have, by the link's word for it.
        case own(String)
        /// Something that goes wrong with requests of HTTP.
        case fault
    }

    /// What it is on a link.
    enum Meaning: Equatable {
        case condition(ConditionWords, isUpstream: Bool)
        case fault(HTTPFault)
    }

    struct Word: Sendable, Equatable {
        let name: String
        var text: String

        /// As it would be given: numbers and flags are what they are.
        var json: String {
            let isNumber = ["first", "every", "status"].contains(name) && UInt64(text).map(String.init) == text
            let isFlag = ConditionWords.isFlag(name) && ["true", "false"].contains(text)
            return isNumber || isFlag ? text : GoText.string(text)
        }
    }

    var name: String
    /// As it was given: `downstream`, `Upstream`.
    var stream: String
    var toxicity: Float
    var kind: Kind
    /// What is said of it in a link's words, beside Toxiproxy's own attributes: whom it meets, how jitter is spread; for a
    /// condition that Toxiproxy does not have, all of it.
    var words: [Word] = []

    var type: String {
        switch kind {
        case .known(let type, _): type.rawValue
        case .own(let word): word
        case .fault: Self.faultType
        }
    }

    private static let faultType = "http"

    var isOwn: Bool { if case .own = kind { true } else { false } }

    var isUpstream: Bool { stream.lowercased() == "upstream" }

    /// - Throws: ``HomeportError`` where its words make no sense.
    func meaning() throws(HomeportError) -> Meaning {
        guard case .fault = kind else { return .condition(condition, isUpstream: isUpstream) }
        var fault = try HTTPFault(words: words.map { ($0.name, $0.text) })
        fault.name = name
        if let share { fault.share = share }
        return .fault(fault)
    }

    /// Nil for all.
    private var share: Probability? {
        guard toxicity < 1 else { return nil }
        // From its decimals: 0.1 is 10%, not 10.000000149%.
        return Probability(max(0, Double("\(toxicity)") ?? 0)) ?? Probability(0)
    }

    /// What it does, as one condition of a link.
    var condition: ConditionWords {
        var condition = ConditionWords()
        condition[named: "name"] = name
        condition[named: "share"] = share.map { "\($0)" }
        if case .known(let type, let values) = kind {
            for (word, text) in type.words(values) { condition[named: word] = text }
        }
        for word in words { condition[named: word.name] = word.text }
        return condition
    }

    /// In JSON, fields in Toxiproxy's order.
    var json: String {
        var attributes: [String] = []
        if case .known(let type, let values) = kind {
            attributes = zip(type.attributes, values).map { "\(GoText.string($0)):\($1)" }
        }
        attributes += words.map { "\(GoText.string($0.name)):\($0.json)" }
        return "{\"attributes\":{\(attributes.joined(separator: ","))},\"name\":\(GoText.string(name))"
            + ",\"type\":\(GoText.string(type)),\"stream\":\(GoText.string(stream))"
            + ",\"toxicity\":\(GoText.float(toxicity))}"
    }
}

extension Toxic {
    /// A condition of a link, whoever said it.
    init(_ condition: ConditionWords, isUpstream: Bool) {
        stream = isUpstream ? "upstream" : "downstream"
        let share = condition[named: "share"].flatMap { try? Probability(parsing: $0) }
        toxicity = share.map { Float($0.fraction) } ?? 1
        var rest = condition
        for word in ["name", "share"] { rest[named: word] = nil }
        if let (type, values, said) = ToxicType.saying(rest) {
            kind = .known(type, values)
            for word in said { rest[named: word] = nil }
        } else {
            kind = .own(rest.all.first?.name ?? ToxicType.noop.rawValue)
        }
        words = rest.all.map { Word(name: $0.name, text: $0.text) }
        name = ""
        name = condition[named: "name"] ?? "\(type)_\(stream)"
    }

    /// What goes wrong with requests of a link, whoever said it.
    init(_ fault: HTTPFault) {
        (name, stream, kind) = (fault.name ?? "\(Self.faultType)_downstream", "downstream", .fault)
        toxicity = fault.share.map { Float($0.fraction) } ?? 1
        words = fault.words.filter { !["name", "share"].contains($0.name) }.map { Word(name: $0.name, text: $0.text) }
    }

    /// What a type is before anything is said of it; nil where there is no such type.
    static func kind(_ type: String) -> Kind? {
        if let known = ToxicType(rawValue: type) { return .known(known, known.attributes.map { _ in 0 }) }
        if type == faultType { return .fault }
        return ConditionWords.isCondition(type) ? .own(type) : nil
    }

    /// Takes over the attributes that are said.
    /// - Parameter place: Of the object that has them in `attributes`.
    mutating func read(_ value: GoJSON.Value, _ place: GoReader.Place, _ reader: inout GoReader) {
        let place = place.at("attributes")
        guard case .known(let type, var values) = kind else {
            for member in reader.members(of: value, GoReader.Shape(type: "toxics.Words", name: "Words"), at: place) {
                say(member, place, &reader)
            }
            return
        }
        for member in reader.members(of: value, type.shape, at: place) {
            for (index, name) in type.attributes.enumerated() where member.isFor(name) {
                values[index] =
                    reader.integer(member.value, type.integer, at: place.at(name, of: type.shape)) ?? values[index]
            }
            // What Toxiproxy does not know it passes over; so do we, unless it is a word of ours.
            if type.otherWords.contains(member.key) { say(member, place, &reader) }
        }
        kind = .known(type, values)
    }

    private mutating func say(_ member: GoJSON.Member, _ place: GoReader.Place, _ reader: inout GoReader) {
        if case .null = member.value { return }
        guard let text = member.value.word else {
            return reader.mismatch(member.value.kind, "string", place.at(member.key))
        }
        let name = member.key
        if let index = words.firstIndex(where: { $0.name == name }) {
            words[index].text = text
        } else {
            words.append(Word(name: name, text: text))
        }
    }
}

extension GoJSON.Value {
    /// As a plan would have it.
    fileprivate var word: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let bool): "\(bool)"
        case .array(let items): items.map { $0.word ?? "?" }.joined(separator: ",")
        case .null, .object: nil
        }
    }
}
