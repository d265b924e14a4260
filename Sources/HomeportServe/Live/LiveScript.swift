import HomeportHTTP
import NIOCore

/// What runs in a page with live reload.
enum LiveScript {
    static let path = "/.homeport/live.js"
    static let streamPath = "/.homeport/live"

    static func answer(_ exchange: any Exchange) {
        var head = ResponseHead(200, body: .length(Int64(text.utf8CodeUnitCount)))
        head.add("Content-Type", "text/javascript; charset=utf-8")
        head.add("Cache-Control", "no-store")
        head.add("X-Content-Type-Options", "nosniff")
        exchange.answer(head, ByteBuffer(staticString: text))
    }

    // A stream that was lost and comes back means that the server was started anew: what changed meanwhile is unknown.
    private static let text: StaticString = """
        (() => {
          const stream = new EventSource("/.homeport/live");
          let wasLost = false;
          stream.addEventListener("error", () => { wasLost = true; });
          stream.addEventListener("open", () => { if (wasLost) location.reload(); });
          stream.addEventListener("page", () => location.reload());
          stream.addEventListener("styles", () => {
            for (const link of document.querySelectorAll('link[rel~="stylesheet"][href]')) {
              const address = new URL(link.href);
              if (address.origin !== location.origin) continue;
              address.searchParams.set("homeport", Date.now());
              const fresh = link.cloneNode();
              fresh.href = address;
              fresh.addEventListener("load", () => link.remove());
              link.after(fresh);
            }
          });
        })();

        """
}

extension PageInsert {
    static let live = PageInsert(markup: "<script src=\"/.homeport/live.js\" async></script>", variant: "live")
}
