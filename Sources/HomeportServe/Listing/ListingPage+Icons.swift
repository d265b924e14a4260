/// The drawings on the listing: Homeport's mark, and one icon for each class that `icon(of:)` names.
extension ListingPage {
    /// A harbour door: the arch, a light in it, the water at its foot. Its colours come from the style.
    static let mark = #"""
        <svg class="mark" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">\#
        <path class="arch" d="M6 22V14a10 10 0 0 1 20 0v8M11 22v-8a5 5 0 0 1 10 0v8"/>\#
        <circle class="lamp" cx="16" cy="15" r="2.2"/>\#
        <path class="sea" d="M2 27.5q3.5-3.4 7 0t7 0 7 0 7 0"/></svg>
        """#

    /// The same as it stands in a `data:` URL: `#` is `%23`, and no double quotes.
    static let favicon = #"""
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke-width='2.6' \#
        stroke-linecap='round'><rect width='32' height='32' rx='7' fill='%23103a52' stroke='none'/>\#
        <path stroke='%23fff' d='M8 20V14a8 8 0 0 1 16 0v6'/><circle cx='16' cy='14.5' r='2.6' fill='%23f2b544'/>\#
        <path stroke='%2367c3e8' d='M5 25.5q2.75-2.8 5.5 0t5.5 0 5.5 0 5.5 0'/></svg>
        """#

    /// Drawn on 20 by 20 with a pen of 1.5. The style uses them as masks, so they take the colour of either theme, and
    /// a row of the page carries a short class name instead of a drawing.
    static let icons = [
        ("dir", "<path fill='%23000' d='M2.8 5.3v9.4q0 1 1 1h12.4q1 0 1-1V7.6q0-1-1-1H9.7L8.2 4.3H3.8q-1 0-1 1Z'/>"),
        ("up", "<path d='M10 16.5V4M5 8.8l5-5.1 5 5.1'/>"),
        ("bin", sheet),
        ("doc", sheet + "<path d='M7.6 10.2h5.3M7.6 13.4h5.3'/>"),
        ("code", sheet + "<path d='m8.7 9.8-1.9 1.9 1.9 1.9m3-3.8 1.9 1.9-1.9 1.9'/>"),
        ("data", "<path d='M3 4h14v12H3zM3 8h14M3 12h14M8 8v8'/>"),
        ("img", "<path d='M3 4h14v12H3zM3.4 14.4 8 9.4l3.4 3.8 2-2 3.4 3.4'/><circle cx='13.2' cy='7.4' r='.7'/>"),
        ("av", "<circle cx='10' cy='10' r='7'/><path fill='%23000' d='m8.5 7.4 4.2 2.6-4.2 2.6z'/>"),
        ("zip", "<path d='M3 7.2h14v8.6H3zM4.2 4.2h11.6l1.2 3H3zM8 10.4h4'/>"),
        ("odd", "<circle cx='10' cy='10' r='7' stroke-dasharray='2 2.4'/>"),
    ].map { name, drawing in
        """
        .\(name) { --icon: url("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' \
        fill='none' stroke='%23000' stroke-width='1.5' stroke-linejoin='round' stroke-linecap='round'>\
        \(drawing)</svg>"); }

        """
    }.joined()

    private static let sheet = "<path d='M5 2.5h6.5l4 4v11H5zM11.3 2.7v4h4'/>"
}
