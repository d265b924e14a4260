import HomeportCore
import HomeportHTTP

/// The table: one link per entry, and headers that are links too, so that it sorts without a script.
extension ListingPage {
    static func appendTable(
        crumbs: [String],
        entries: [ListingEntry],
        order: ListingOrder,
        truncated: Bool,
        to page: inout String
    ) {
        page += truncated ? "<div class=\"card\"><table data-partial>\n" : "<div class=\"card\"><table>\n"
        page += "<caption class=\"sr\">What this folder holds</caption>\n<thead><tr>"
        appendHeader(.name, "Name", order: order, to: &page)
        appendHeader(.size, "Size", order: order, to: &page)
        appendHeader(.date, "Modified <small id=\"zone\">UTC</small>", order: order, to: &page)
        page += "</tr></thead>\n"
        if !crumbs.isEmpty {
            // Its own body: it stays on top however the rest is sorted or filtered.
            page += "<tbody><tr class=\"up\"><td><a id=\"up\" href=\"../\">Up to <bdi>"
            if crumbs.count > 1 {
                appendVisible(crumbs[crumbs.count - 2], to: &page)
            } else {
                page += "the top folder"
            }
            page += "</bdi></a></td><td></td><td></td></tr></tbody>\n"
        }
        page += "<tbody id=\"list\">\n"
        let isByName = order == ListingOrder()
        let ranks = isByName ? [] : ListingOrder.nameRanks(of: entries)
        for (index, entry) in entries.enumerated() {
            append(entry, rank: isByName ? index : ranks[index], to: &page)
        }
        page += "</tbody>\n</table>\n"
        page += "<p id=\"none\" hidden>No name here matches. <kbd>Esc</kbd> shows all again.</p></div>\n"
    }

    /// The current column turns around on a click. The others start where people mostly look: biggest, newest.
    private static func appendHeader(
        _ key: ListingOrder.Key,
        _ label: String,
        order: ListingOrder,
        to page: inout String
    ) {
        let isCurrent = order.key == key
        let descendingNext = isCurrent ? !order.descending : key != .name
        page += "<th scope=\"col\" data-key=\"\(key.rawValue)\""
        if isCurrent { page += order.descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"" }
        page += "><a href=\"?sort=\(key.rawValue)&amp;order=\(descendingNext ? "desc" : "asc")\">"
        page += label
        page += "</a></th>"
    }

    private static func append(_ entry: ListingEntry, rank: Int, to page: inout String) {
        page += "<tr class=\""
        page += icon(of: entry)
        page += "\" data-n=\""
        page += String(rank)
        page += "\" data-s=\""
        page += String(entry.size)
        page += "\" data-t=\""
        page += String(entry.modified)
        page += "\"><td>"
        if entry.kind == .other {
            page += "<span><bdi>"
            appendVisible(entry.name, to: &page)
            page += "</bdi> <small>special</small></span>"
        } else {
            // "./" makes a name like "a:b" a path; without it a browser reads a scheme.
            page += "<a href=\"./"
            page.appendHTML(entry.path)
            page += entry.kind == .folder ? "/\"><bdi>" : "\"><bdi>"
            appendVisible(entry.name, to: &page)
            page += entry.symlink ? "</bdi> <small>link</small></a>" : "</bdi></a>"
        }
        if entry.kind == .file {
            page += "</td><td title=\""
            page += grouped(entry.size)
            page += entry.size == 1 ? " byte\">" : " bytes\">"
            page += humanSize(entry.size)
        } else {
            page += "</td><td>"
        }
        page += "</td><td>"
        let time = UTCTime(entry.modified)
        if time.isSpellable {
            page += "<time datetime=\""
            time.appendRFC3339(to: &page)
            page += "\">"
            time.appendDate(to: &page)
            page += " "
            time.appendClock(seconds: false, to: &page)
            page += "</time>"
        }
        page += "</td></tr>\n"
    }

    /// The style's class for a kind of file, by the name's ending. It is only a picture: nothing depends on it.
    static func icon(of entry: ListingEntry) -> String {
        switch entry.kind {
        case .folder: return "dir"
        case .other: return "odd"
        case .file: break
        }
        guard let dot = entry.name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "bin" }
        switch entry.name[entry.name.utf8.index(after: dot)...].lowercased() {
        case "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff", "heic":
            return "img"
        case "mp3", "m4a", "ogg", "opus", "flac", "wav", "mp4", "m4v", "mov", "webm", "mkv", "avi":
            return "av"
        case "zip", "gz", "tgz", "br", "zst", "xz", "bz2", "7z", "tar", "rar", "jar", "deb", "rpm", "dmg", "iso":
            return "zip"
        case "txt", "md", "markdown", "rst", "adoc", "pdf", "rtf", "doc", "docx", "odt", "epub", "log":
            return "doc"
        case "csv", "tsv", "xls", "xlsx", "ods", "parquet", "sqlite", "db", "har", "pcap", "pcapng":
            return "data"
        case "html", "htm", "css", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "json", "jsonl", "map", "xml", "yaml",
            "yml", "toml", "ini", "conf", "swift", "c", "h", "cc", "cpp", "hpp", "m", "rs", "go", "py", "rb", "php",
            "java", "kt", "cs", "sh", "bash", "zsh", "sql", "wasm", "graphql", "proto", "lua", "pl", "r":
            return "code"
        default:
            return "bin"
        }
    }
}
