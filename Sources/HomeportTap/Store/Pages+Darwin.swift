#if os(macOS)
enum Pages {
    static let size = 16384

    /// Pages come as they are written.
    static func populate(_ memory: UnsafeMutableRawBufferPointer) {}
}
#endif
