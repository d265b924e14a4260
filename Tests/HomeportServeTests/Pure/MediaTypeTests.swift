import Testing

@testable import HomeportServe

@Suite struct MediaTypeTests {
    private func type(_ name: String) -> String { MediaType.of(Array(name.utf8)) }

    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("a.htm", "text/html; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"), ("app.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"), ("a.json", "application/json; charset=utf-8"),
        ("a.js.map", "application/json; charset=utf-8"), ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.wasm", "application/wasm"), ("a.webp", "image/webp"), ("a.avif", "image/avif"), ("a.woff2", "font/woff2"),
        ("site.webmanifest", "application/manifest+json; charset=utf-8"), ("a.md", "text/markdown; charset=utf-8"),
        ("a.ts", "text/plain; charset=utf-8"), ("a.tar.gz", "application/gzip"), ("a.pdf", "application/pdf"),
        ("A.PNG", "image/png"), ("a.min.JS", "text/javascript; charset=utf-8"),
    ])
    func aNamesEndingTells(name: String, expected: String) {
        #expect(type(name) == expected)
    }

    @Test(arguments: ["LICENSE", "a.", "a.unheard-of", "html", ".html", "a.htmlhtmlhtmlhtmlhtml", "a.\u{FF}"])
    func whatIsNotKnownIsBytes(name: String) {

        #expect(type(name) == "application/octet-stream")
    }

    @Test func aCompressedPictureIsNotCalledAPicture() {
        // As image/svg+xml it would need Content-Encoding; as what it is, it needs nothing.
        #expect(type("a.svgz") == "application/gzip")
    }
}
