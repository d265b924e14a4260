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

extension FolderPlan {
    package static let folderWord = PlanKey<FolderPlan>(
        "folder",
        .text,
        to: \.folder,
        required: true,
        example: "./public",
        "The folder whose files are served."
    )
    package static let indexWord = PlanKey<FolderPlan>(
        "index",
        .oneOrMore(.text),
        to: \.index,
        example: "index.html",
        "The file, or the list of files, that answers for a folder."
    )
    package static let listingWord = PlanKey<FolderPlan>(
        "listing",
        .bool,
        to: \.listing,
        example: "false",
        "Whether a folder without an index is listed (default: true)."
    )
    package static let spaWord = PlanKey<FolderPlan>(
        "spa",
        .bool,
        to: \.spa,
        example: "true",
        "Answer page navigations that match no file with the root's index, as single-page applications need it."
    )
    package static let cleanURLsWord = PlanKey<FolderPlan>(
        "clean_urls",
        .bool,
        to: \.cleanURLs,
        example: "true",
        "Let /about find about.html."
    )
    package static let liveWord = PlanKey<FolderPlan>(
        "live",
        .bool,
        to: \.live,
        example: "true",
        "Reload open pages when a file changes."
    )
    package static let corsWord = PlanKey<FolderPlan>(
        "cors",
        .cors,
        to: \.cors,
        example: "true",
        "Let pages of other origins read the files: true for all, or one origin."
    )
    package static let headersWord = PlanKey<FolderPlan>(
        "headers",
        .table(of: .headerValue),
        to: \.headers,
        example: "{ X-Robots-Tag: noindex }",
        "Fields to add to every answer."
    )
    package static let cacheWord = PlanKey<FolderPlan>(
        "cache",
        .headerValue,
        to: \.cache,
        example: "max-age=60",
        "The value of Cache-Control (default: no-cache, so that an edit shows at once)."
    )
    package static let uploadWord = PlanKey<FolderPlan>(
        "upload",
        .bool,
        to: \.upload,
        example: "true",
        "Let PUT create and replace files."
    )
    package static let maxUploadWord = PlanKey<FolderPlan>(
        "max_upload",
        .bytes,
        to: \.maxUpload,
        example: "100MB",
        "The largest file that may be uploaded (default: 100MB)."
    )

    package static let words = [
        folderWord, indexWord, listingWord, spaWord, cleanURLsWord, liveWord, corsWord, headersWord, cacheWord,
        uploadWord, maxUploadWord,
    ]
}

extension FolderPlan.CORS {
    /// - Throws: ``HomeportError`` unless the text is `*` or an origin: scheme, host and perhaps a port.
    package init(parsing text: String) throws(HomeportError) {
        if text == "*" {
            self.init(origin: text)
            return
        }
        let isOrigin =
            (text.hasPrefix("http://") || text.hasPrefix("https://")) && text.split(separator: "/").count == 2
            && !text.hasSuffix("/") && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        guard isOrigin else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is no origin",
                fix: "write * or an origin such as http://app.localhost:62893"
            )
        }
        self.init(origin: text)
    }
}

extension PlanWord where Value == FolderPlan.CORS? {
    static let cors = PlanWord(schema: ["anyOf": [["type": "boolean"], ["type": "string"]]]) {
        (text) throws(HomeportError) in
        switch text {
        case "true": FolderPlan.CORS(origin: "*")
        case "false": nil
        default: try FolderPlan.CORS(parsing: text)
        }
    }
}

extension PlanWord where Value == String {
    /// Text that can stand in a field of an answer: one line of visible characters.
    package static let headerValue = PlanWord { (text) throws(HomeportError) in
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw HomeportError(.badValue, "a field's value is one line of visible characters")
        }
        return text
    }
}
