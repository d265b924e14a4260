// Everything on these pages that is live. Each demonstration sends a real request to the server the page came from,
// and writes down what went over the wire: what was asked above, what was answered below.

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
};

/** Shows one exchange. `fields` are the answer's header fields worth a look, in order. */
function show(output, { method = "GET", url, sent = {}, response, fields, body }) {
  const path = new URL(url, location.href).pathname;
  const asked = [`${method} ${path}`, ...Object.entries(sent).map(([name, value]) => `${name}: ${value}`)];
  const answered = fields
    .map((name) => [name, response.headers.get(name)])
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `\n${name}: ${value}`);
  output.replaceChildren(
    element("span", "sent", asked.join("\n") + "\n\n"),
    element("span", response.status < 400 ? "status" : "status refused", `${response.status} ${response.statusText}`),
    answered.join(""),
  );
  if (body) output.append(element("span", "body", body));
}

/** Runs a demonstration, and says so if there was no answer at all. */
async function attempt(output, work) {
  output.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    output.replaceChildren(element("span", "hint", `No answer: ${error.message}. Is the server still running?`));
  } finally {
    output.removeAttribute("aria-busy");
  }
}

/** Finds a demonstration on this page; most pages have only some. `act` is called with the pressed button. */
function demo(name, act) {
  const place = document.querySelector(`[data-demo=${name}]`);
  if (!place) return;
  const output = place.querySelector(".exchange");
  const buttons = [...place.querySelectorAll("button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      attempt(output, () => act(button, output, place));
    });
  }
}

demo("ranges", async (button, output) => {
  const url = "../files/numbered-lines.txt";
  const sent = { Range: button.dataset.range };
  const response = await fetch(url, { headers: sent, cache: "no-store" });
  const body = response.status === 206 ? (await response.text()).trimEnd() : "";
  show(output, { url, sent, response, body, fields: ["Content-Range", "Content-Length", "Content-Type", "ETag"] });
});

let mark = null;
demo("changes", async (button, output, place) => {
  const url = "../files/ports.csv";
  const step = button.dataset.step;
  const sent = step === "first" ? {} : { "If-None-Match": step === "same" ? mark : '"some-other-mark"' };
  const response = await fetch(url, { headers: sent, cache: "no-store" });
  const bytes = (await response.arrayBuffer()).byteLength;
  const body = response.status === 304 ? "No body: what you have is still right." : `${bytes} bytes of text.`;
  show(output, { url, sent, response, body, fields: ["ETag", "Last-Modified", "Cache-Control", "Content-Length"] });
  mark = response.headers.get("ETag") ?? mark;
  for (const other of place.querySelectorAll("button")) other.disabled = other.dataset.step !== "first" && !mark;
});

demo("packed", async (button, output) => {
  const url = "../files/tides.csv";
  const response = await fetch(url, { cache: "no-store" });
  const bytes = (await response.arrayBuffer()).byteLength.toLocaleString("en");
  const body = response.headers.has("Content-Encoding")
    ? `${bytes} bytes after unpacking; Content-Length is what was sent.`
    : `${bytes} bytes, sent as they are.`;
  show(output, { url, response, body, fields: ["Content-Encoding", "Content-Length", "Vary", "ETag"] });
});

demo("listing", async (button, output) => {
  const url = button.dataset.folder;
  const sent = { Accept: "application/json" };
  const response = await fetch(url, { headers: sent, cache: "no-store" });
  let body = await response.text();
  if (response.headers.get("Content-Type")?.startsWith("application/json")) {
    const listing = JSON.parse(body);
    const { entries } = listing;
    body = JSON.stringify({ ...listing, entries: entries.slice(0, 3) }, null, 2);
    if (entries.length > 3) body += `\n\nThe first 3 of ${entries.length} entries.`;
  } else {
    body = body.slice(0, 300);
  }
  show(output, { url, sent, response, body, fields: ["Content-Type", "Vary"] });
});

demo("refusals", async (button, output) => {
  const { method, path: url } = button.dataset;
  const response = await fetch(url, { method, cache: "no-store" });
  show(output, { method, url, response, fields: ["Allow", "Content-Type", "Content-Length"] });
});

// The first page asks for itself once more and shows what came with it.

const fact = (name) => document.querySelector(`[data-fact="${name}"]`);

function which(host) {
  if (host === "[::1]") return "the IPv6 loopback";
  if (/^127\./.test(host)) return "the IPv4 loopback";
  if (/(^|\.)localhost$/.test(host)) return "a name for this machine; the browser chose an address";
  return "";
}

async function fillFacts() {
  if (!fact("address")) return;
  fact("address").replaceChildren(location.host, element("small", "", which(location.hostname)));
  if (location.port) fact("port").textContent = location.port;
  const [navigation] = performance.getEntriesByType("navigation");
  fact("protocol").textContent = navigation?.nextHopProtocol || "not told by this browser";
  const response = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
  fact("status").textContent = `${response.status} ${response.statusText}`;
  for (const name of ["content-type", "last-modified", "etag", "cache-control", "date"]) {
    const value = response.headers.get(name);
    const time = /^(last-modified|date)$/.test(name) ? Date.parse(value) : NaN;
    if (Number.isNaN(time)) {
      fact(name).textContent = value ?? "not sent";
    } else {
      fact(name).textContent = new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
      fact(name).title = value;
    }
  }
}

/** The same page by each of the machine's own addresses. An answer that may not be read is still an answer. */
async function knock() {
  const place = document.querySelector("[data-demo=doors]");
  if (!place || location.protocol !== "http:") return;
  const port = location.port ? `:${location.port}` : "";
  const ways = [["127.0.0.1", "IPv4"], ["[::1]", "IPv6"], ["localhost", "either, as the browser likes"]];
  const rows = ways.map(([host, words]) => {
    const here = host === location.hostname;
    const link = element("a", "", `http://${host}${port}/`);
    link.href = link.textContent;
    const state = element("span", "", here ? "you are here" : "knocking…");
    const row = element("li", "", "");
    row.append(link, words, state);
    if (here) state.className = "yes";
    else {
      fetch(link.href, { mode: "no-cors", cache: "no-store", signal: AbortSignal.timeout(3000) }).then(
        () => { state.className = "yes"; state.textContent = "answers"; },
        () => { state.className = "no"; state.textContent = "no answer"; },
      );
    }
    return row;
  });
  place.replaceChildren(...rows);
}

knock();
fillFacts().catch(() => {
  fact("status").textContent = "no answer";
});
