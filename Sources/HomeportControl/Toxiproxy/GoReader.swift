/// Reads values into what a Go program declared, as Go does: a value of the wrong type is noted, the first one is told, and
/// the rest is read all the same. `null` changes nothing; keys are compared without case; unknown ones are passed over.
struct GoReader {
    /// A struct's type as errors name it.
    struct Shape {
        /// `toxiproxy.Proxy`.
        let type: String
        /// `Proxy`; empty for a type without a name.
        let name: String
    }

    /// Where a value is to go.
    struct Place {
        let shape: Shape
        /// The fields that lead there: `attributes`, `latency`.
        var path: [String]

        func at(_ field: String) -> Place { Place(shape: shape, path: path + [field]) }
        func at(_ field: String, of shape: Shape) -> Place { Place(shape: shape, path: path + [field]) }
    }

    /// The first value that was of the wrong type, in Go's words.
    private(set) var problem: String?

    /// The members of a struct's value; none where it is no object.
    mutating func members(of value: GoJSON.Value, _ shape: Shape, at place: Place? = nil) -> [GoJSON.Member] {
        switch value {
        case .object(let members): return members
        case .null: return []
        default:
            mismatch(value.kind, shape.type, place)
            return []
        }
    }

    mutating func string(_ value: GoJSON.Value, at place: Place) -> String? {
        if case .string(let text) = value { return text }
        if value != .null { mismatch(value.kind, "string", place) }
        return nil
    }

    mutating func bool(_ value: GoJSON.Value, at place: Place) -> Bool? {
        if case .bool(let bool) = value { return bool }
        if value != .null { mismatch(value.kind, "bool", place) }
        return nil
    }

    /// - Parameter type: `int64` or `int`.
    mutating func integer(_ value: GoJSON.Value, _ type: String, at place: Place) -> Int64? {
        if case .number(let text) = value {
            if !text.contains(where: { ".eE".contains($0) }), let number = Int64(text) { return number }
            mismatch("number \(text)", type, place)
        } else if value != .null {
            mismatch(value.kind, type, place)
        }
        return nil
    }

    mutating func float(_ value: GoJSON.Value, at place: Place) -> Float? {
        if case .number(let text) = value {
            if let number = Float(text), number.isFinite { return number }
            mismatch("number \(text)", "float32", place)
        } else if value != .null {
            mismatch(value.kind, "float32", place)
        }
        return nil
    }

    mutating func mismatch(_ kind: String, _ type: String, _ place: Place?) {
        guard problem == nil else { return }
        let destination =
            place.map { "Go struct field \($0.shape.name).\($0.path.joined(separator: "."))" } ?? "Go value"
        problem = "json: cannot unmarshal \(kind) into \(destination) of type \(type)"
    }
}

extension GoJSON.Member {
    /// Whether this is what the field is read from.
    func isFor(_ field: String) -> Bool { key == field || key.lowercased() == field }
}
