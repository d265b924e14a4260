@testable import HomeportTap

extension TapRecord {
    /// A GET that was answered 200 after 9 ns.
    static func get(_ path: String, began: UInt64 = 1) -> TapRecord {
        var record = TapRecord()
        record.service = "api"
        record.heads = Array("GET \(path) HTTP/1.1\r\nHost: api.localhost:1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n".utf8)
        record.requestHead = record.heads.count - 19
        record.method = 0..<3
        record.target = 4..<4 + path.utf8.count
        record.path = record.target
        record.status = 200
        (record.began, record.headed, record.ended) = (began, began + 5, began + 9)
        record.isComplete = true
        return record
    }
}
