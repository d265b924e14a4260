import HomeportHTTP
import HomeportNet

package final class LiveReload: Sendable {
    func answer(_ head: RequestHead, _ exchange: any Exchange, _ fields: FieldPolicy) -> Bool { false }
}
extension PageInsert {
    static let live = PageInsert(markup: "<script src=\"/.homeport/live.js\" async></script>", variant: "live")
}
extension FolderResponder { func upload(_ head: RequestHead, _ exchange: any Exchange) {} }
