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

    // Browsers keep six connections to a server for all its pages together: six pages that each listened would leave none
    // to load the seventh. So one page in sight listens, whose turn it is by a lock, and passes on what it hears. Where
    // there are no locks, as under a plain http address of another machine, each page in sight listens for itself.
    //
    // Turns change and streams break, so that a page may miss a change: whenever that could be, it asks whether there was
    // one since it was fetched. It asks with its age, because no two clocks agree on a time.
    private static let text: StaticString = """
        (() => {
          "use strict";
          if (window.homeportLive) return;
          window.homeportLive = true;
          const path = "/.homeport/live";
          let fresh = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
          let turn, stream, others;
          function begin() {
            if (document.hidden || turn) return;
            turn = new AbortController();
            const { signal } = turn;
            others = window.BroadcastChannel && new BroadcastChannel("homeport.live");
            if (others) others.onmessage = ({ data }) => act(data);
            act("check");
            if (!others || !navigator.locks) return listen(signal);
            navigator.locks.request("homeport.live", { signal }, () => new Promise((done) => {
              signal.addEventListener("abort", done);
              listen(signal);
            })).catch(() => {});
          }
          function end() {
            turn?.abort();
            stream?.close();
            others?.close();
            turn = stream = others = undefined;
          }
          function listen(signal) {
            if (signal.aborted) return;
            stream = new EventSource(path);
            for (const news of ["page", "styles"]) stream.addEventListener(news, () => tell(news));
            stream.addEventListener("open", () => tell("check"));
            stream.addEventListener("error", ({ target }) => {
              target.close();
              setTimeout(() => listen(signal), 500);
            });
          }
          function tell(news) {
            others?.postMessage(news);
            act(news);
          }
          function act(news) {
            if (news === "page") location.reload();
            if (news === "styles") swapStyles();
            if (news !== "check") return;
            fetch(`${path}?age=${Math.round(performance.now() - fresh)}`, { method: "HEAD" })
              .then((answer) => answer.status === 205 && location.reload())
              .catch(() => {});
          }
          function swapStyles() {
            fresh = performance.now();
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
          document.addEventListener("visibilitychange", () => document.hidden ? end() : begin());
          addEventListener("pagehide", end);
          addEventListener("pageshow", begin);
          begin();
        })();

        """
}

extension PageInsert {
    static let live = PageInsert(markup: "<script src=\"/.homeport/live.js\" async></script>", variant: "live")
}
