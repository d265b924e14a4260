import HomeportHTTP
import HomeportTap
import NIOCore

/// Sends a part of the record that may be larger than memory: as fast as it is taken, a few exchanges at a time.
final class TapDownload {
    private let exchange: any Exchange
    private let store: TapStore
    private var export: any TapExport
    private var ids: ArraySlice<UInt64>
    private var count = TapExportCount()

    /// How many are written before others of this loop have their turn.
    private static let turn = 16

    init(_ ids: [UInt64], of store: TapStore, _ export: any TapExport, to exchange: any Exchange) {
        (self.ids, self.store, self.export, self.exchange) = (ids[...], store, export, exchange)
    }

    func start() {
        var head = ResponseHead(200, body: .streamed)
        head.add("Content-Type", "\(type(of: export).mediaType)")
        head.add("Content-Disposition", "attachment; filename=\"\(type(of: export).fileName)\"")
        head.add("Cache-Control", "no-store")
        head.add("X-Content-Type-Options", "nosniff")
        head.add("Trailer", "\(TapExportCount.writtenField), \(TapExportCount.leftField)")
        exchange.begin(head)
        exchange.send(ByteBuffer(bytes: export.begin()))
        goOn()
    }

    private func goOn() {
        guard exchange.isOpen else { return }
        guard !exchange.isCongested else {
            exchange.onDrained = { self.goOn() }
            return
        }
        var piece = ByteBuffer()
        for id in ids.prefix(Self.turn) {
            let entry = store.row(id).map { export.entry($0, in: store) } ?? []
            if entry.isEmpty { count.left += 1 } else { count.written += 1 }
            piece.writeBytes(entry)
        }
        ids = ids.dropFirst(Self.turn)
        exchange.send(piece)
        guard ids.isEmpty else {
            let bound = NIOLoopBound(self, eventLoop: exchange.loop.loop)
            return exchange.loop.loop.execute { bound.value.goOn() }
        }
        exchange.send(ByteBuffer(bytes: export.end()))
        exchange.end(trailer: count.trailer)
    }

    /// The numbers of those that match, in the order in which they began.
    static func find(_ filter: TapFilter, in store: TapStore) throws -> [UInt64] {
        var found: [(began: Int64, id: UInt64)] = []
        store.forEach(in: store.range) { row in
            if filter.matches(row, in: store) { found.append((row.began, row.id)) }
            return !Task.isCancelled
        }
        try Task.checkCancellation()
        return found.sorted { $0 < $1 }.map(\.id)
    }
}
