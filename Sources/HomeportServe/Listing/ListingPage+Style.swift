/// How the listing looks. Text rather than resource files: one binary, nothing to find at run time.
///
/// Each literal stays below 10 KB, because the compiler is slow on big ones.
extension ListingPage {
    static let style = colours + layout + icons

    private static let layout = #"""
        * { box-sizing: border-box; }
        [hidden], html:not(.on) .js { display: none !important; }
        body {
          margin: 0 auto; padding: 2rem 1.5rem; max-width: 66rem; background: var(--page); color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        a { color: var(--link); text-underline-offset: .2em; text-decoration-thickness: 1px; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 6px; }
        .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        bdi { white-space: break-spaces; overflow-wrap: anywhere; }
        bdi i {
          margin: 0 .1em; padding: .1em .3em; font: .7em/1 ui-monospace, Menlo, Consolas, monospace;
          color: var(--soft); border: 1px solid var(--line); border-radius: 3px;
        }
        kbd {
          padding: 0 .4em; font: .75rem/1.5 ui-monospace, Menlo, Consolas, monospace; color: var(--soft);
          background: var(--card); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px;
        }
        small { margin-left: .3em; font-size: .8em; font-weight: 400; color: var(--soft); }

        header { display: grid; grid-template-columns: 1fr auto; gap: .3rem 1.5rem; margin-bottom: 1.25rem; }
        nav { grid-column: 1 / -1; }
        ol { display: flex; flex-wrap: wrap; align-items: center; margin: 0; padding: 0; list-style: none; }
        li { display: flex; align-items: center; min-width: 0; font-size: 1.3rem; }
        li + li::before { content: "/"; margin: 0 .45em; color: var(--soft); font-weight: 300; }
        li a { text-decoration: none; }
        li a:hover { text-decoration: underline; }
        h1 { margin: 0; font-size: inherit; font-weight: 650; letter-spacing: -.01em; }
        .mark { flex: none; margin-right: .6rem; fill: none; stroke-width: 2; stroke-linecap: round; }
        .arch { stroke: var(--ink); }
        .lamp { fill: var(--lamp); }
        .sea { stroke: var(--focus); }
        #sum { margin: 0; align-self: center; color: var(--soft); font-variant-numeric: tabular-nums; }
        .tools { display: flex; gap: .5rem; }
        label { position: relative; flex: 1; }
        label kbd { position: absolute; right: .65rem; top: .6rem; pointer-events: none; }
        #filter:focus + kbd, #filter:not(:placeholder-shown) + kbd { display: none; }
        #filter, button {
          height: 2.4rem; font: inherit; color: inherit; background: var(--card);
          border: 1px solid var(--edge); border-radius: 8px;
        }
        #filter { width: 100%; min-width: 15rem; padding: 0 .5rem 0 .8rem; }
        #filter::placeholder { color: var(--soft); opacity: 1; }
        button { width: 2.4rem; padding: 0; color: var(--soft); cursor: pointer; }
        button:hover, #filter:hover { border-color: var(--soft); color: var(--ink); }
        #theme::before {
          content: ""; display: block; width: 1rem; height: 1rem; margin: auto; border: 1.5px solid;
          border-radius: 50%; background: linear-gradient(90deg, currentColor 50%, #0000 50%);
        }

        .note { padding: .6rem 1rem; background: var(--note); border-radius: 8px; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: clip; }
        /* Rows are grids of their own, so that a browser lays out the ones in sight and not all ten thousand. */
        table, thead, tbody { display: block; }
        tr { display: grid; grid-template-columns: minmax(0, 1fr) 7.5rem 13rem; }
        #list tr { content-visibility: auto; contain-intrinsic-size: auto 2.4rem; }
        tbody tr { border-top: 1px solid var(--line); }
        thead { position: sticky; top: 0; z-index: 1; background: var(--card); }
        th, td { padding: 0; text-align: left; }
        th { font-size: .85rem; }
        th a { display: block; padding: .6rem 1rem; font-weight: 600; color: var(--soft); text-decoration: none; }
        th a:hover, th[aria-sort] a { color: var(--ink); }
        th a:focus-visible { outline-offset: -3px; }
        th[aria-sort] a::after { content: ""; display: inline-block; margin-left: .5em; border: .28em solid #0000; }
        th[aria-sort=ascending] a::after { border-bottom-color: var(--focus); vertical-align: .2em; }
        th[aria-sort=descending] a::after { border-top-color: var(--focus); vertical-align: -.12em; }
        th:nth-child(2) { text-align: right; }
        th:nth-child(3) { padding-left: 1rem; }
        td + td {
          padding: .48rem 1rem .36rem; color: var(--soft); font-size: .9rem; font-variant-numeric: tabular-nums;
        }
        td:nth-child(2) { text-align: right; }
        td:nth-child(3) { padding-left: 2rem; }
        td > a, td > span { display: block; position: relative; padding: .42rem 1rem .42rem 3rem; color: inherit; }
        td > a { text-decoration: none; }
        td > a:hover bdi { text-decoration: underline; text-decoration-color: var(--soft); }
        td > a:focus-visible { outline-offset: -2px; border-radius: 9px; }
        tbody tr:hover, tbody tr:focus-within { background: var(--hover); }
        td > a::before, td > span::before {
          content: ""; position: absolute; left: 1rem; top: .55rem; width: 1.25rem; height: 1.25rem;
          background: var(--soft); -webkit-mask: var(--icon) center/contain; mask: var(--icon) center/contain;
        }
        .dir td > a::before { background: var(--folder); }
        .dir td > a { font-weight: 500; }
        .up td > a { color: var(--soft); }
        ::highlight(hit) { background: var(--hit); color: var(--ink); }
        #none, .empty { padding: 2.5rem 1rem; margin: 0; text-align: center; color: var(--soft); }
        .empty { padding: 4rem 1rem; }
        .empty .mark { width: 56px; height: 56px; margin: 0; }
        h2 { margin: .5rem 0; font-size: 1.15rem; color: var(--ink); }
        h2 + p { margin: 0 0 1rem; }

        footer {
          display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; padding: 1rem .2rem; font-size: .9rem; color: var(--soft);
        }
        footer span { margin-left: auto; }
        dialog {
          width: 24rem; max-width: calc(100% - 2rem); padding: 1.5rem; color: var(--ink); background: var(--card);
          border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 1rem 4rem #0006;
        }
        dialog::backdrop { background: #0a141b80; }
        dialog h2 { margin: 0 0 1rem; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: .5rem 1.2rem; margin: 0 0 1.25rem; }
        dt { text-align: right; }
        dd { margin: 0; }
        dialog button { width: auto; padding: 0 1rem; }

        @media (max-width: 40rem) {
          body { padding: 1.2rem .8rem; }
          header { grid-template-columns: 1fr; gap: .6rem; }
          #filter { min-width: 0; }
          tr { grid-template-columns: auto 1fr; }
          #list tr { contain-intrinsic-size: auto 4.1rem; }
          thead tr { grid-template-columns: 1fr auto auto; }
          th:nth-child(3) { padding: 0; }
          th a { padding: .6rem .8rem; }
          td:first-child { grid-column: 1 / -1; }
          td > a, td > span { padding: .6rem .8rem .1rem 2.8rem; }
          .up td > a { padding-bottom: .6rem; }
          td > a::before, td > span::before { left: .8rem; top: .75rem; }
          td:nth-child(n+2) { padding: 0 0 .6rem 2.8rem; text-align: left; font-size: .85rem; }
          td:nth-child(3):not(:empty) { padding-left: 1rem; }
          td:empty + td:nth-child(3) { grid-column: 1 / -1; padding-left: 2.8rem; }
          td:empty { display: none; }
        }
        @media (hover: none) {
          label kbd, #help { display: none; }
        }
        @media (forced-colors: active) {
          td > a::before, td > span::before { background: CanvasText; forced-color-adjust: none; }
        }
        @media print {
          .tools, footer, .up { display: none !important; }
          body { max-width: none; padding: 0; }
          thead { position: static; }
          #list tr { content-visibility: visible; }
        }

        """#

    /// Twice the dark values: the system's wish and the button's choice cannot share one rule in CSS.
    private static let colours = #"""
        :root {
          --page: #f2f5f7; --card: #fff; --hover: #eef4f8; --line: #dfe6eb; --edge: #7f909c; --ink: #15242e;
          --soft: #526672; --link: #0b5a86; --focus: #0b78b4; --lamp: #d08b12; --folder: #c4810f; --note: #fcf0d4;
          --hit: #fbdc93; color-scheme: light;
        }
        @media (prefers-color-scheme: dark) {
          :root:not([data-theme=light]) {
            --page: #0e161c; --card: #141f27; --hover: #1b2933; --line: #25343f; --edge: #647783; --ink: #e4ecf1;
            --soft: #94a7b3; --link: #7cc7ec; --focus: #59b6e6; --lamp: #f2b544; --folder: #e3a944; --note: #2f2713;
            --hit: #6b4f10; color-scheme: dark;
          }
        }
        :root[data-theme=dark] {
          --page: #0e161c; --card: #141f27; --hover: #1b2933; --line: #25343f; --edge: #647783; --ink: #e4ecf1;
          --soft: #94a7b3; --link: #7cc7ec; --focus: #59b6e6; --lamp: #f2b544; --folder: #e3a944; --note: #2f2713;
          --hit: #6b4f10; color-scheme: dark;
        }

        """#
}
