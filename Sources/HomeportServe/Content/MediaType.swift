/// What kind of content a file holds, told by its name alone. The table is ours, not the machine's, so that the same
/// folder is served the same everywhere.
enum MediaType {
    static let unknown = "application/octet-stream"

    /// - Returns: The whole value of Content-Type. Text is UTF-8, as nearly all of it is today.
    static func of(_ name: [UInt8]) -> String {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0, name.count - dot <= 16 else { return unknown }
        let ending = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
        return byEnding[ending] ?? unknown
    }

    private static let byEnding: [String: String] = {
        var table: [String: String] = [:]
        for (type, endings) in types {
            let isText =
                type.hasPrefix("text/") || textual.contains(type) || type.hasSuffix("+json") || type.hasSuffix("+xml")
            for ending in endings.split(separator: " ") {
                table[String(ending)] = isText ? type + "; charset=utf-8" : type
            }
        }
        return table
    }()

    private static let textual: Set<String> = [
        "application/json", "application/xml", "application/yaml", "application/toml",
    ]

    // `.ts` is TypeScript here, not an MPEG stream: in a development folder it nearly always is.
    private static let types: [(type: String, endings: String)] = [
        ("text/html", "html htm"), ("text/css", "css"), ("text/javascript", "js mjs cjs jsx"),
        (
            "text/plain",
            "txt text log conf cfg ini env sh bash zsh py rb go rs swift c h cc cpp hpp java kt ts tsx mts sql diff patch"
        ),
        ("text/markdown", "md markdown"), ("text/csv", "csv"), ("text/tab-separated-values", "tsv"),
        ("text/calendar", "ics"), ("text/vtt", "vtt"), ("text/vcard", "vcf"),
        ("application/json", "json map"), ("application/ld+json", "jsonld"), ("application/geo+json", "geojson"),
        ("application/manifest+json", "webmanifest"), ("application/schema+json", ""),
        ("application/xml", "xml xsl xsd"), ("application/atom+xml", "atom"), ("application/rss+xml", "rss"),
        ("application/xhtml+xml", "xhtml xht"), ("application/yaml", "yaml yml"), ("application/toml", "toml"),
        ("application/wasm", "wasm"), ("application/pdf", "pdf"), ("application/rtf", "rtf"),
        ("application/epub+zip", "epub"), ("application/zip", "zip"), ("application/gzip", "gz tgz svgz"),
        ("application/zstd", "zst"), ("application/x-brotli", "br"), ("application/x-bzip2", "bz2"),
        ("application/x-xz", "xz"), ("application/x-7z-compressed", "7z"), ("application/vnd.rar", "rar"),
        ("application/x-tar", "tar"), ("application/java-archive", "jar"), ("application/sql", ""),
        ("application/vnd.sqlite3", "sqlite sqlite3"), ("application/x-ndjson", "ndjson jsonl"),
        ("application/vnd.apple.mpegurl", "m3u8"), ("application/dash+xml", "mpd"),
        ("image/svg+xml", "svg"), ("image/png", "png"), ("image/apng", "apng"), ("image/jpeg", "jpg jpeg jfif"),
        ("image/gif", "gif"), ("image/webp", "webp"), ("image/avif", "avif"), ("image/jxl", "jxl"),
        ("image/heic", "heic"), ("image/bmp", "bmp"), ("image/tiff", "tif tiff"), ("image/vnd.microsoft.icon", "ico"),
        ("audio/mpeg", "mp3"), ("audio/mp4", "m4a"), ("audio/ogg", "oga ogg opus"), ("audio/wav", "wav"),
        ("audio/flac", "flac"), ("audio/aac", "aac"), ("audio/webm", "weba"), ("audio/midi", "mid midi"),
        ("video/mp4", "mp4 m4v"), ("video/webm", "webm"), ("video/ogg", "ogv"), ("video/quicktime", "mov"),
        ("video/x-matroska", "mkv"), ("video/x-msvideo", "avi"), ("video/mpeg", "mpeg mpg"),
        ("font/woff2", "woff2"), ("font/woff", "woff"), ("font/ttf", "ttf"), ("font/otf", "otf"),
        ("font/collection", "ttc"), ("model/gltf-binary", "glb"), ("model/gltf+json", "gltf"),
    ]
}
