/// A form in which a part of the record leaves, exchange by exchange, so that a large one takes no memory.
package protocol TapExport: Sendable {
    /// What the file is called by default, and its media type.
    static var fileName: StaticString { get }
    static var mediaType: StaticString { get }

    mutating func begin() -> [UInt8]
    /// Exchanges come in the order in which they began.
    mutating func entry(_ row: TapRow, in store: TapStore) -> [UInt8]
    mutating func end() -> [UInt8]
}
