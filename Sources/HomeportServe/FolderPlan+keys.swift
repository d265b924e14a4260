package import HomeportCore

/// The keys of a folder in a plan, each defined once: reading, errors, schema and help come from here.
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
        .oneOrMore(.fileName),
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
        .headers,
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
