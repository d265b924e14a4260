package import HomeportCore

/// A service of kind `folder`, as a plan or the command line describes it. Each word is defined once, in ``words``.
package struct FolderPlan: Sendable, Equatable {
    /// The folder's path; relative to the plan's own folder.
    package var folder = "."
    package var index = ["index.html", "index.htm"]
    package var listing = true
    package var spa = false
    package var cleanURLs = false
    package var live = false
    package var cors: CORS?
    package var headers: [TableEntry<String>] = []
    package var cache = "no-cache"
    package var upload = false
    package var maxUpload = ByteCount(bytes: 100_000_000)

    package init() {}

    /// Who may read the folder's files from a page of another origin.
    package struct CORS: Sendable, Equatable {
        /// `*`, or one origin such as `http://app.localhost:62893`.
        package var origin: String

        package init(origin: String) { self.origin = origin }
    }
}
