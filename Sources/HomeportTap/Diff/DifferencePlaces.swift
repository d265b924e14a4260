/// Where differences do not count: places as ``MessageDiff/Change/place`` has them, in which `*` stands for anything.
package struct DifferencePlaces: Sendable {
    private let patterns: [TextPattern]

    package init(_ texts: [String]) { patterns = texts.map { TextPattern($0, isPartOf: false) } }

    func contains(_ place: String) -> Bool { patterns.contains { $0.matches(place) } }
}
