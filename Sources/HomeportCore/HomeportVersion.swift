/// Which Homeport this is.
public enum HomeportVersion {
    /// As in CHANGELOG.md (Semantic Versioning).
    public static let current = "0.1.0"
}
