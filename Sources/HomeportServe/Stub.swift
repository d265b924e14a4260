import HomeportHTTP
import HomeportNet

package final class LiveReload: Sendable {
    func owns(_ p: RequestPath) -> Bool { false }
    func respond(to head: RequestHead, _ e: any Exchange, fields: FieldPolicy) {}
    func answer(
        _ file: OpenFile,
        _ facts: FileFacts,
        type: String,
        _ fields: FieldPolicy,
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {}
}
extension FolderResponder { func upload(_ head: RequestHead, _ exchange: any Exchange) {} }
