import HomeportHTTP

/// What all of the door's pages look like.
enum PageFrame {
    /// - Parameters:
    ///   - title: Text.
    ///   - body: HTML.
    static func html(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(title.html)</title>
        <style>
        :root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif }
        body { max-width: 46rem; margin: 12vh auto; padding: 0 1.5rem }
        h1 { font-size: 1.3rem } ul { list-style: none; padding: 0 } li { padding: .4rem 0 }
        a { font-weight: 600 } span, p.fix { opacity: .75 } b { font-weight: 600 } .bad { color: #c33; opacity: 1 }
        pre { font: .85rem/1.5 ui-monospace, monospace; padding: 1rem; border-radius: .4rem; overflow: auto;
              background: color-mix(in srgb, currentColor 8%, transparent) }
        </style></head>
        <body><h1>\(title.html)</h1>
        \(body)</body></html>
        """
    }
}
