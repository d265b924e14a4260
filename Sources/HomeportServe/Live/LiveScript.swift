import HomeportHTTP
import NIOCore

/// What runs in a page with live reload.
enum LiveScript {
    static let path = "/.homeport/live.js"
    static let streamPath = "/.homeport/live"

    static func answer(_ exchange: any Exchange, _ fields: FieldPolicy) {
        var head = ResponseHead(200, body: .length(Int64(text.utf8CodeUnitCount)))
        head.add("Content-Type", "text/javascript; charset=utf-8")
        var fields = fields
        fields.cache = "no-store"
        fields.vary = nil
        fields.add(to: &head)
        exchange.answer(head, ByteBuffer(staticString: text))
    }

    // A page that is out of sight listens to nothing: browsers keep six connections to a server for all its pages
    // together, and six forgotten tabs would leave none to load the seventh.
    //
    // So pages come and go, and a change is missed now and then. Hence a page that begins to listen says how long ago it
    // was fetched, and the server answers at once if something changed since. Spans, because no two clocks agree on a
    // time; and told by the page, whose own work can delay what it is told.
    private static let text: StaticString = """
        (() => {
          "use strict";
          if (window.homeportLive) return;
          window.homeportLive = true;
          let fresh = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
          let stream;
          function open() {
            if (stream || document.hidden) return;
            stream = new EventSource(`/.homeport/live?age=${Math.round(performance.now() - fresh)}`);
            stream.addEventListener("page", () => location.reload());
            stream.addEventListener("styles", () => {
              fresh = performance.now();
              swapStyles();
            });
            // Not left to the browser, which would repeat the age of now.
            stream.addEventListener("error", () => {
              close();
              setTimeout(open, 500);
            });
          }
          function close() {
            stream?.close();
            stream = undefined;
          }
          function swapStyles() {
            for (const link of document.querySelectorAll('link[rel~="stylesheet"][href]')) {
              const address = new URL(link.href);
              if (address.origin !== location.origin) continue;
              address.searchParams.set("homeport", Date.now());
              const next = link.cloneNode();
              next.href = address;
              // The old one stays until the new one is there, or the page would flash.
              next.addEventListener("load", () => link.remove());
              next.addEventListener("error", () => next.remove());
              link.after(next);
            }
          }
          document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
          addEventListener("pagehide", close);
          addEventListener("pageshow", open);
          open();
        })();

        """
}

extension PageInsert {
    static let live = PageInsert(markup: "<script src=\"/.homeport/live.js\" async></script>", variant: "live")
}
