/// One row of a listing.
package struct ListingEntry: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case folder
        case file
        /// A socket, a pipe, a device: it is there, so it is shown, but there is nothing to serve, so it is no link.
        case other
    }

    /// What people read. Already valid text: raw bytes that were none have been repaired.
    package var name: String
    /// The name percent-encoded as one path segment, without a trailing slash. It is made from the raw bytes, so it
    /// finds the file even where `name` had to be repaired.
    package var path: String
    package var kind: Kind
    /// Bytes; 0 for folders.
    package var size: Int64
    /// Seconds since 1970, UTC.
    package var modified: Int64
    package var symlink: Bool

    package init(name: String, path: String, kind: Kind, size: Int64, modified: Int64, symlink: Bool = false) {
        self.name = name
        self.path = path
        self.kind = kind
        self.size = size
        self.modified = modified
        self.symlink = symlink
    }
}
