import ArgumentParser
import HomeportCore
import HomeportGuard
import HomeportNet
import HomeportRuntime
import HomeportServe

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a folder, now.",
        discussion: """
            Serves the files of DIR (default: this folder) at 127.0.0.1 and [::1], and nowhere else unless told. An edit on \
            disk shows on the next request. Ranges, conditional requests and precompressed .br, .zst and .gz siblings \
            work without being asked for; hidden files are not served, and links only inside the folder are followed. \
            Requests for names other than localhost are refused unless --host lists them.

            EXAMPLES
              homeport serve                      this folder, at http://127.0.0.1:62893
              homeport serve dist --port 8080 --spa     a single-page application
              homeport serve site --live          pages reload when a file changes
              homeport serve drop --upload --basic-auth "$(htpasswd -nB me)"
              homeport serve --bind 192.168.1.20 --host build.lan

            EXIT CODES
              0  stopped as asked
              2  the words were wrong
              3  the port is taken, or something else of the world is in the way
            """
    )

    @Argument(help: "The folder.")
    var dir = "."

    @OptionGroup var serving: ServingOptions

    @Option(
        help: ArgumentHelp(
            "Listen on this one IP address instead of loopback. Whoever reaches it can read the folder.",
            valueName: "address"
        )
    )
    var bind: String?

    @Option(
        help: ArgumentHelp(
            "The file that answers for a folder. May be repeated (default: index.html, index.htm).",
            valueName: "file"
        )
    )
    var index: [String] = []

    @Flag(inversion: .prefixedNo, help: ArgumentHelp(FolderPlan.listingWord.summary))
    var listing: Bool?

    @Flag(help: ArgumentHelp(FolderPlan.spaWord.summary))
    var spa = false

    @Flag(name: .customLong("clean-urls"), help: ArgumentHelp(FolderPlan.cleanURLsWord.summary))
    var cleanURLs = false

    @Flag(help: ArgumentHelp(FolderPlan.liveWord.summary))
    var live = false

    @Flag(help: "Let pages of every other origin read the files.")
    var cors = false

    @Option(help: ArgumentHelp("Let pages of this origin read the files.", valueName: "origin"))
    var corsOrigin: String?

    @Option(
        help: ArgumentHelp(
            "A field to add to every answer, as in 'X-Robots-Tag: noindex'. May be repeated.",
            valueName: "name: value"
        )
    )
    var header: [String] = []

    @Option(help: ArgumentHelp(FolderPlan.cacheWord.summary, valueName: "policy"))
    var cache: String?

    @Flag(help: ArgumentHelp(FolderPlan.uploadWord.summary))
    var upload = false

    @Option(help: ArgumentHelp(FolderPlan.maxUploadWord.summary, valueName: "size"))
    var maxUpload: String?

    @Option(
        help: ArgumentHelp(
            "Let in only who knows a password: a line that htpasswd -nB prints. May be repeated.",
            valueName: "user:hash"
        )
    )
    var basicAuth: [String] = []

    func validate() throws {
        // As a script's variable that is not set: it would be this folder.
        if dir.isEmpty { throw ValidationError("the folder's name is empty") }
        if cors, corsOrigin != nil { throw ValidationError("--cors lets in every origin; leave out one of the two") }
        if maxUpload != nil, !upload { throw ValidationError("--max-upload needs --upload") }
    }

    func run() async throws {
        let plan = try plan()
        let writer = serving.writer
        let place = try serving.place(bind: bind)
        var options = try serving.options(place: place, writer: writer)
        options.isAlone = true
        for text in basicAuth { options.credentials.append(try Credential(parsing: text)) }
        if !place.isLoopback { options.onWarning(Self.exposure(bind ?? "", options.credentials.isEmpty)) }
        let next = [
            live ? "Pages reload when a file changes." : nil, upload ? "PUT creates and replaces files." : nil,
            "Ctrl-C stops it; homeport serve --help says what else it can do.",
        ]
        try await Serving.run(plan, options: options, serving: serving, writer: writer, next: next.compactMap { $0 })
    }

    private func plan() throws -> Plan {
        let here = PlanFile.currentDirectory
        var folder = FolderPlan()
        folder.folder = dir
        if !index.isEmpty { folder.index = try index.map(FolderPlan.fileName) }
        if let listing { folder.listing = listing }
        folder.spa = spa
        folder.cleanURLs = cleanURLs
        folder.live = live
        if let corsOrigin {
            folder.cors = try FolderPlan.CORS(parsing: corsOrigin)
        } else if cors {
            folder.cors = .init(origin: "*")
        }
        folder.headers = try header.map(Self.field)
        if let cache { folder.cache = try FolderPlan.headerValue(cache) }
        folder.upload = upload
        if let maxUpload { folder.maxUpload = try ByteCount(parsing: maxUpload) }
        var plan = Plan(name: ServiceName(madeFrom: "project"), directory: here)
        let path = plan.absolute(dir)
        if let wrong = FolderCheck.problem(with: path) { throw Self.noFolder(dir, wrong.what) }
        plan.name = ServiceName(madeFrom: path.split(separator: "/").last.map(String.init) ?? "root")
        plan.services = [ServicePlan(name: plan.name, kind: .folder(folder), isDefault: true)]
        return plan
    }

    /// `serve 8080` means a port, more often than a folder of that name.
    private static func noFolder(_ dir: String, _ what: String) -> HomeportError {
        let fix = (try? Port(parsing: dir)).map { "for the port, write --port \($0)" }
        return HomeportError(.badValue, what, fix: fix ?? "name a folder that is there")
    }

    private static func field(_ text: String) throws -> TableEntry<String> {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw HomeportError(
                .badValue,
                "\"\(text)\" is no field",
                fix: "write it as in --header 'X-Robots-Tag: noindex'"
            )
        }
        let name = String(text[..<colon])
        try FolderPlan.checkHeader(name)
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        return TableEntry(name: name, value: try FolderPlan.headerValue(String(value)))
    }

    private static func exposure(_ bind: String, _ isOpen: Bool) -> String {
        "--bind \(bind): other machines can reach this folder"
            + (isOpen ? "; --basic-auth would ask them for a password" : "")
    }
}
