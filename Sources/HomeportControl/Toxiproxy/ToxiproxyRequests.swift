import HomeportCore
import HomeportLink

/// What requests say, read as Toxiproxy's own types read it.
enum ToxiproxyRequests {
    private static let proxyShape = GoReader.Shape(type: "toxiproxy.Proxy", name: "Proxy")
    private static let itemShape = GoReader.Shape(
        type: #"struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }"#,
        name: ""
    )
    private static let toxicShape = GoReader.Shape(type: "toxics.ToxicWrapper", name: "ToxicWrapper")
    private static let attributesShape = GoReader.Shape(
        type: #"struct { Attributes interface {} "json:\"attributes\"" }"#,
        name: ""
    )
    private static let updateShape = GoReader.Shape(
        type: #"struct { Attributes interface {} "json:\"attributes\""; Toxicity float32 "json:\"toxicity\"" }"#,
        name: ""
    )

    static func json(_ body: some Collection<UInt8>) throws(ToxiproxyError) -> GoJSON.Value {
        do { return try GoJSON.read(body) } catch { throw .badBody(error.text) }
    }

    private static func check(_ reader: GoReader) throws(ToxiproxyError) {
        if let problem = reader.problem { throw .badBody(problem) }
    }

    // MARK: Proxies

    struct Proxy: Sendable {
        var name = ""
        var listen = ""
        var upstream = ""
        var isEnabled = true
    }

    /// - Parameter defaults: What holds where nothing is said.
    static func proxy(_ value: GoJSON.Value, over defaults: Proxy = Proxy()) throws(ToxiproxyError) -> Proxy {
        var reader = GoReader()
        let proxy = read(value, proxyShape, over: defaults, &reader)
        try check(reader)
        return proxy
    }

    private static func read(
        _ value: GoJSON.Value,
        _ shape: GoReader.Shape,
        over defaults: Proxy,
        _ reader: inout GoReader
    ) -> Proxy {
        var proxy = defaults
        let place = GoReader.Place(shape: shape, path: [])
        for member in reader.members(of: value, shape) {
            if member.isFor("name") { proxy.name = reader.string(member.value, at: place.at("name")) ?? proxy.name }
            if member.isFor("listen") {
                proxy.listen = reader.string(member.value, at: place.at("listen")) ?? proxy.listen
            }
            if member.isFor("upstream") {
                proxy.upstream = reader.string(member.value, at: place.at("upstream")) ?? proxy.upstream
            }
            if member.isFor("enabled") {
                proxy.isEnabled = reader.bool(member.value, at: place.at("enabled")) ?? proxy.isEnabled
            }
        }
        return proxy
    }

    /// A whole list, of which every entry is right.
    static func proxies(_ value: GoJSON.Value) throws(ToxiproxyError) -> [Proxy] {
        var reader = GoReader()
        var proxies: [Proxy] = []
        switch value {
        case .array(let items): proxies = items.map { read($0, itemShape, over: Proxy(), &reader) }
        case .null: break
        default: reader.mismatch(value.kind, "[]\(itemShape.type)", nil)
        }
        try check(reader)
        for (index, proxy) in proxies.enumerated() {
            if proxy.name.isEmpty { throw .missing("name at proxy \(index + 1)") }
            if proxy.upstream.isEmpty { throw .missing("upstream at proxy \(index + 1)") }
        }
        return proxies
    }

    // MARK: Toxics

    /// - Parameter exists: Whether a toxic of this name is there.
    static func toxic(_ value: GoJSON.Value, exists: (String) -> Bool) throws(ToxiproxyError) -> Toxic {
        var toxic = Toxic(name: "", stream: "downstream", toxicity: 1, kind: .known(.noop, []))
        var type = ""
        var isNull = false
        var reader = GoReader()
        let place = GoReader.Place(shape: toxicShape, path: [])
        let members = reader.members(of: value, toxicShape)
        for member in members {
            if member.isFor("attributes") {
                // After null there is nothing left that could be read into.
                if isNull, member.value != .null {
                    reader.mismatch(member.value.kind, "toxics.Toxic", place.at("attributes"))
                }
                isNull = isNull || member.value == .null
                _ = reader.members(of: member.value, ToxicType.noop.shape, at: place.at("attributes"))
            }
            if member.isFor("name") { toxic.name = reader.string(member.value, at: place.at("name")) ?? toxic.name }
            if member.isFor("type") { type = reader.string(member.value, at: place.at("type")) ?? type }
            if member.isFor("stream") {
                toxic.stream = reader.string(member.value, at: place.at("stream")) ?? toxic.stream
            }
            if member.isFor("toxicity") {
                toxic.toxicity = reader.float(member.value, at: place.at("toxicity")) ?? toxic.toxicity
            }
        }
        try check(reader)
        guard ["upstream", "downstream"].contains(toxic.stream.lowercased()) else { throw .invalidStream }
        if toxic.name.isEmpty { toxic.name = "\(type)_\(toxic.stream)" }
        guard let kind = Toxic.kind(type) else { throw .invalidType }
        if exists(toxic.name) { throw .toxicExists }
        toxic.kind = kind
        for member in members where member.isFor("attributes") {
            toxic.read(member.value, GoReader.Place(shape: attributesShape, path: []), &reader)
        }
        if toxic.isOwn, ConditionWords.isFlag(type), !toxic.words.contains(where: { $0.name == type }) {
            toxic.words.insert(Toxic.Word(name: type, text: "true"), at: 0)
        }
        try check(reader)
        try check(toxic)
        return toxic
    }

    /// Attributes and toxicity that are said take the place of those there were.
    static func update(_ value: GoJSON.Value, of toxic: Toxic) throws(ToxiproxyError) -> Toxic {
        var toxic = toxic
        var reader = GoReader()
        var isNull = false
        let place = GoReader.Place(shape: updateShape, path: [])
        for member in reader.members(of: value, updateShape) {
            if member.isFor("attributes"), !isNull { toxic.read(member.value, place, &reader) }
            isNull = isNull || member.isFor("attributes") && member.value == .null
            if member.isFor("toxicity") {
                toxic.toxicity = reader.float(member.value, at: place.at("toxicity")) ?? toxic.toxicity
            }
        }
        try check(reader)
        try check(toxic)
        return toxic
    }

    /// What is said in a link's words must make sense; Toxiproxy's own attributes may be anything.
    private static func check(_ toxic: Toxic) throws(ToxiproxyError) {
        do throws(HomeportError) {
            guard case .condition(let condition, _) = try toxic.meaning() else { return }
            guard !toxic.words.isEmpty || toxic.isOwn else { return }
            try condition.check()
            if toxic.isOwn, condition[named: toxic.type] == nil {
                throw HomeportError(.badValue, "\(toxic.type) is missing in its attributes")
            }
        } catch { throw .badBody(error) }
    }
}
