/// How Toxiproxy's API is to be.
package struct ToxiproxyOptions: Sendable {
    /// Proxies that are there from the start.
    package struct Config: Sendable {
        /// A list in JSON, as `/populate` takes it.
        package var text: String
        /// Told how many there are, and what was wrong.
        package var onPopulated: @Sendable (Int, String?) -> Void

        package init(text: String, onPopulated: @escaping @Sendable (Int, String?) -> Void) {
            self.text = text
            self.onPopulated = onPopulated
        }
    }

    /// What `/version` says; clients decide by it what they may ask for.
    package var version = "2.12.0"
    /// What the chance of proxies begins with that are made by the API; nil is made from their names.
    package var seed: UInt64?
    package var proxyMetrics = false
    package var runtimeMetrics = false
    package var config: Config?

    package init() {}

    var hasMetrics: Bool { proxyMetrics || runtimeMetrics }
}
