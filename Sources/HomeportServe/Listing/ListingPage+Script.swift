/// What the listing does once its script runs: sort and filter on the spot, local times, keys, the theme.
///
/// Nothing here is needed to find a file. All state is in the page; only the theme is remembered, and only where the
/// browser lets it.
extension ListingPage {
    /// Runs in the head. `on` reveals what only works with a script.
    static let themeScript = #"""
        document.documentElement.classList.add("on");
        try {
          const theme = localStorage.getItem("homeport.theme");
          if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
        } catch {}
        """#

    static let script = #"""
        (() => {
          "use strict";
          const byId = (id) => document.getElementById(id);
          const table = document.querySelector("table");
          const list = byId("list");
          const filter = byId("filter");
          const keys = byId("keys");
          const sum = byId("sum");
          const total = sum.innerHTML;
          const rows = [...(list ? list.rows : [])].map((tr) => {
            const bdi = tr.querySelector("bdi");
            const { n, s, t } = tr.dataset;
            return {
              tr, bdi, text: fold(bdi.textContent), group: tr.className === "dir" ? 0 : 1,
              name: +n, size: +s, date: +t,
            };
          });
          byId("top").textContent = location.host || "Top folder";

          // Times: the server wrote UTC, people live somewhere.
          const two = (number) => String(number).padStart(2, "0");
          for (const time of list ? list.getElementsByTagName("time") : []) {
            const d = new Date(time.dateTime);
            const day = `${String(d.getFullYear()).padStart(4, "0")}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
            time.textContent = `${day} ${two(d.getHours())}:${two(d.getMinutes())}`;
          }
          if (table) byId("zone").textContent = "local";
          // How long ago is worked out when somebody points at it, not ten thousand times on load.
          list?.addEventListener("pointerover", ({ target }) => {
            if (target.localName !== "time") return;
            const utc = target.dateTime.replace("T", " ").replace("Z", " UTC");
            target.title = `${ago(Date.parse(target.dateTime))}\n${utc}`;
          });
          function ago(then) {
            const seconds = (then - Date.now()) / 1000;
            const steps = [["year", 31556952], ["month", 2629746], ["day", 86400], ["hour", 3600], ["minute", 60]];
            const [unit, length] = steps.find((step) => Math.abs(seconds) >= step[1]) ?? ["second", 1];
            return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
          }

          // Sorting: only when all rows are here. A part of a folder has to be sorted by the server.
          if (table && !("partial" in table.dataset)) {
            table.tHead.addEventListener("click", (event) => {
              const link = event.target.closest("a");
              if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              history.replaceState(history.state, "", link.search);
              sort(link.closest("th").dataset.key, link.search.includes("order=desc"));
            });
          }
          function sort(key, descending) {
            const sign = descending ? -1 : 1;
            rows.sort((a, b) => a.group - b.group || sign * (a[key] - b[key]) || a.name - b.name);
            const sorted = document.createDocumentFragment();
            for (const row of rows) sorted.append(row.tr);
            list.append(sorted);
            for (const th of table.tHead.rows[0].cells) {
              const current = th.dataset.key === key;
              if (current) th.setAttribute("aria-sort", descending ? "descending" : "ascending");
              else th.removeAttribute("aria-sort");
              const next = current ? !descending : th.dataset.key !== "name";
              th.firstElementChild.search = `?sort=${th.dataset.key}&order=${next ? "desc" : "asc"}`;
            }
          }

          // Filter: every word has to occur somewhere in the name.
          function fold(text) {
            return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
          }
          function show() {
            const words = fold(filter.value).split(/\s+/).filter(Boolean);
            const hits = rows.filter((row) => {
              const hit = words.every((word) => row.text.includes(word));
              row.tr.hidden = !hit;
              return hit;
            });
            byId("none").hidden = hits.length > 0;
            const [some, all] = [hits, rows].map((found) => found.length.toLocaleString("en"));
            if (words.length) sum.textContent = `${some} of ${all} match`;
            else sum.innerHTML = total;
            mark(words, hits.slice(0, 500));
          }
          function mark(words, hits) {
            if (!globalThis.CSS?.highlights) return;
            const ranges = [];
            for (const { bdi } of hits) {
              for (const node of bdi.childNodes) {
                // Folding may change the length; then the places would be wrong, and no mark is better.
                const text = node.nodeType === 3 ? fold(node.data) : "";
                if (text.length !== node.data?.length) continue;
                for (const word of words) {
                  const at = text.indexOf(word);
                  if (at < 0) continue;
                  const range = new Range();
                  range.setStart(node, at);
                  range.setEnd(node, at + word.length);
                  ranges.push(range);
                }
              }
            }
            CSS.highlights.set("hit", new Highlight(...ranges));
          }
          let frame = 0;
          filter?.addEventListener("input", () => {
            cancelAnimationFrame(frame);
            frame = requestAnimationFrame(show);
          });
          // Browsers put the old words back into the box when one comes back to the page.
          addEventListener("pageshow", () => filter?.value && show());

          // Keys.
          const links = () => [...document.querySelectorAll("tbody tr:not([hidden]) a")];
          function move(step) {
            const all = links();
            const at = all.indexOf(document.activeElement);
            const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
            if (next < 0) filter.focus();
            else all[Math.min(next, all.length - 1)]?.focus();
          }
          function goUp() {
            const up = byId("up");
            if (!up) return;
            try { sessionStorage.setItem("homeport.from", location.pathname); } catch {}
            location.assign(up.href);
          }
          addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
            const key = event.key;
            if (event.target === filter) {
              if (key === "Escape") { filter.value = ""; show(); filter.blur(); }
              else if (key === "ArrowDown") links().find((link) => list.contains(link))?.focus();
              else if (key === "Enter") links().find((link) => list.contains(link))?.click();
              else return;
            } else if (key === "/" && filter) { filter.focus(); filter.select(); }
            else if (key === "ArrowDown" || key === "j") move(1);
            else if (key === "ArrowUp" || key === "k") move(-1);
            else if (key === "Backspace" || key === "u") goUp();
            else if (key === "?") keys.showModal();
            else if (key === "Escape" && filter?.value) { filter.value = ""; show(); }
            else return;
            event.preventDefault();
          });
          byId("help").addEventListener("click", () => keys.showModal());
          keys.addEventListener("click", ({ target }) => {
            if (target === keys || target.localName === "button") keys.close();
          });
          // Who went up by key finds the folder they came from under their fingers.
          try {
            const from = sessionStorage.getItem("homeport.from");
            sessionStorage.removeItem("homeport.from");
            if (from) rows.find(({ tr }) => tr.querySelector("a")?.pathname === from)?.tr.querySelector("a").focus();
          } catch {}

          // Theme: choosing what the system has anyway means following the system again.
          byId("theme").addEventListener("click", () => {
            const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
            const set = document.documentElement.dataset;
            const next = (set.theme ?? system) === "dark" ? "light" : "dark";
            if (next === system) delete set.theme;
            else set.theme = next;
            try {
              if (next === system) localStorage.removeItem("homeport.theme");
              else localStorage.setItem("homeport.theme", next);
            } catch {}
          });
        })();
        """#

    /// The foot of the page, and the keys beside the code that answers to them.
    static let footer = #"""
        <footer>
        <a href="?format=json">View as JSON</a>
        <span>Served by Homeport</span>
        </footer>
        <dialog id="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl>
        <dt><kbd>/</kbd></dt><dd>Filter by name</dd>
        <dt><kbd>↓</kbd> <kbd>j</kbd></dt><dd>Next</dd>
        <dt><kbd>↑</kbd> <kbd>k</kbd></dt><dd>Previous</dd>
        <dt><kbd>Enter</kbd></dt><dd>Open; in the filter, the first match</dd>
        <dt><kbd>u</kbd> <kbd>Backspace</kbd></dt><dd>Up one folder</dd>
        <dt><kbd>Esc</kbd></dt><dd>Show everything again</dd>
        <dt><kbd>?</kbd></dt><dd>These keys</dd>
        </dl>
        <button type="button">Close</button>
        </dialog>

        """#
}
