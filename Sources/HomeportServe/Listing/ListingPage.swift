import HomeportHTTP

/// The page the folder server shows for a folder without an index file, and the same facts as JSON.
///
/// It is one self-contained document: style and script stand in it, and its policy forbids it to load anything, so a
/// listing looks and works the same behind any name, offline, and on the day the folder holds hostile file names.
/// Everything works without the script; with it, sorting and filtering happen on the spot.
package enum ListingPage {
    /// The whole page.
    ///
    /// - Parameters:
    ///   - folder: the decoded URL path, such as `/files/notes/`; the breadcrumbs come from it.
    ///   - entries: in the order to show, that is, after `order.sort`.
    ///   - truncated: the folder holds more than `entries`. Sorting is then left to the server, which knows the rest.
    ///   - uploads: PUT creates and replaces files here, and the page offers it.
    ///   - live: a script is going to be put into the page that listens for changes.
    package static func html(
        folder: String,
        entries: [ListingEntry],
        order: ListingOrder,
        truncated: Bool,
        uploads: Bool = false,
        live: Bool = false
    ) -> String {
        let crumbs = folder.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        var page = ""
        // A row with a short name takes about 230 bytes.
        page.reserveCapacity(style.utf8.count + script.utf8.count + 6_000 + entries.count * 260)
        appendHead(crumbs: crumbs, uploads: uploads, live: live, to: &page)
        appendBanner(crumbs: crumbs, entries: entries, truncated: truncated, uploads: uploads, to: &page)
        page += "<main>\n"
        if truncated {
            page += "<p class=\"note\">This folder holds more than one page should. The first "
            page += grouped(Int64(entries.count))
            page += " entries are shown.</p>\n"
        }
        if entries.isEmpty, !truncated {
            appendEmpty(crumbs: crumbs, to: &page)
        } else {
            appendTable(crumbs: crumbs, entries: entries, order: order, truncated: truncated, to: &page)
        }
        page += "</main>\n"
        page += footer
        page += "<script>\n"
        page += script
        if uploads {
            page += "\n"
            page += uploadScript
        }
        page += "\n</script>\n</body>\n</html>\n"
        return page
    }

    private static func appendHead(crumbs: [String], uploads: Bool, live: Bool, to page: inout String) {
        let scripts = live ? "'unsafe-inline' 'self'" : "'unsafe-inline'"
        let connections = uploads || live ? "connect-src 'self'; " : ""
        page += """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            script-src \(scripts); \(connections)img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="color-scheme" content="light dark">
            <title>
            """
        // The folder's own name first: it is what a narrow browser tab has room for.
        if let last = crumbs.last {
            page.appendHTML(last)
            page += "/ in /"
            for crumb in crumbs.dropLast() {
                page.appendHTML(crumb)
                page += "/"
            }
        } else {
            page += "Top folder"
        }
        page += "</title>\n<link rel=\"icon\" href=\"data:image/svg+xml,"
        page += favicon
        page += "\">\n<style>\n"
        page += style
        // Before the first paint, or a remembered dark page would flash white.
        page += "\n</style>\n<script>\n"
        page += themeScript
        page += "\n</script>\n</head>\n"
    }

    private static func appendBanner(
        crumbs: [String],
        entries: [ListingEntry],
        truncated: Bool,
        uploads: Bool,
        to page: inout String
    ) {
        page += "<body>\n<header>\n<nav aria-label=\"Path\"><ol>\n<li>"
        page += mark
        if crumbs.isEmpty {
            page += "<h1 id=\"top\">Top folder</h1></li>\n"
        } else {
            // Relative, so that the page works under any name and any prefix a door may put before it.
            page += "<a id=\"top\" href=\"./"
            for _ in crumbs { page += "../" }
            page += "\">Top folder</a></li>\n"
        }
        for (index, crumb) in crumbs.enumerated() {
            if index == crumbs.count - 1 {
                page += "<li><h1><bdi>"
                appendVisible(crumb, to: &page)
                page += "</bdi></h1></li>\n"
            } else {
                page += "<li><a href=\"./"
                for _ in index + 1..<crumbs.count { page += "../" }
                page += "\"><bdi>"
                appendVisible(crumb, to: &page)
                page += "</bdi></a></li>\n"
            }
        }
        page += "</ol></nav>\n<p id=\"sum\" role=\"status\">"
        page += summary(of: entries, truncated: truncated)
        page += "</p>\n<div class=\"tools js\">"
        if !entries.isEmpty {
            page += """
                <label><span class="sr">Filter by name</span>\
                <input id="filter" type="search" placeholder="Filter" autocomplete="off" spellcheck="false">\
                <kbd aria-hidden="true">/</kbd></label>
                """
        }
        if uploads { page += uploadButton }
        page += """
            <button id="theme" type="button" title="Light or dark"><span class="sr">Light or dark</span></button>\
            <button id="help" type="button" title="Keys"><span aria-hidden="true">?</span>\
            <span class="sr">Keys</span></button></div>
            </header>

            """
    }

    private static func summary(of entries: [ListingEntry], truncated: Bool) -> String {
        var files = 0
        var folders = 0
        var others = 0
        var bytes: Int64 = 0
        for entry in entries {
            switch entry.kind {
            case .folder: folders += 1
            case .other: others += 1
            case .file:
                files += 1
                // Sparse files can claim any size: a sum that does not fit stays at the greatest one.
                let (sum, overflow) = bytes.addingReportingOverflow(max(0, entry.size))
                bytes = overflow ? .max : sum
            }
        }
        if entries.isEmpty { return "Empty" }
        var parts: [String] = []
        if files > 0 { parts.append(counted(files, "file", "files")) }
        if folders > 0 { parts.append(counted(folders, "folder", "folders")) }
        if others > 0 { parts.append(counted(others, "special file", "special files")) }
        if files > 0 { parts.append("<span title=\"\(grouped(bytes)) bytes\">\(humanSize(bytes))</span>") }
        return parts.joined(separator: ", ") + (truncated ? " shown" : "")
    }

    private static func appendEmpty(crumbs: [String], to page: inout String) {
        page += "<div class=\"card empty\">"
        page += mark
        page += "<h2>Nothing to show here</h2>\n<p>Put a file into this folder and reload the page.</p>\n"
        if !crumbs.isEmpty { page += "<p><a id=\"up\" href=\"../\">Go up one folder</a></p>" }
        page += "</div>\n"
    }
}
