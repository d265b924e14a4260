import Dispatch
package import HomeportHTTP
package import HomeportNet
import NIOCore

/// The front door: hands each request to the service that its name asks for.
///
/// Every loop has the table to itself, so that a look-up takes no lock; a new table reaches all loops before the change
/// is called done. What is being answered meanwhile is answered by who began it.
package final class Door: Responder {
    /// What one loop looks at: mostly, the same name is asked for again and again.
    private struct View {
        var table: RouteTable
        var authority: [UInt8] = []
        var place: RouteTable.Place?
    }

    private let views: [NIOLoopBoundBox<View>]

    package init(_ table: RouteTable, loops: ServerLoops) async throws {
        views = try await loops.onEach { NIOLoopBoundBox(View(table: table), eventLoop: $0.loop) }
    }

    package func change(to table: RouteTable) async throws {
        for box in views { try await box.eventLoop.submit { box.value = View(table: table) }.get() }
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        let box = views[exchange.loop.index]
        let answerer = box.value.table.answerer(for: head, at: place(for: head, box))
        if let service = answerer.service { exchange.observer?.goes(to: service) }
        answerer.responder.respond(to: head, exchange)
    }

    private func place(for head: RequestHead, _ box: NIOLoopBoundBox<View>) -> RouteTable.Place {
        head.with(head.authority) { authority in
            if let place = box.value.place, authority.isSame(as: box.value.authority) { return place }
            let place = box.value.table.place(for: authority)
            // Whatever else it is, it is short: a head has its limits.
            if authority.count <= 256 {
                box.value.authority = Array(authority)
                box.value.place = place
            }
            return place
        }
    }

    /// Who else is to have a connection: another project behind this door.
    /// - Parameter back: Takes it where the other one cannot be reached after all. On any thread.
    package func elsewhere(
        _ head: RequestHead,
        _ loop: LoopState,
        _ transfers: Int,
        _ neighbours: Neighbours,
        back: @escaping @Sendable (LeavingConnection, _ transfers: Int) -> Void
    ) -> ((LeavingConnection) -> Void)? {
        let box = views[loop.index]
        guard transfers < Self.mostTransfers, place(for: head, box).isShared,
            let socket = box.value.table.elsewhere(head)
        else { return nil }
        return { connection in
            Self.queue.async {
                do {
                    try HandOverSocket.give(connection, transfers: transfers + 1, to: socket)
                    _ = Descriptor(owning: connection.descriptor)
                } catch {
                    neighbours.didNotTake(socket)
                    back(connection, transfers + 1)
                }
            }
        }
    }

    private static let mostTransfers = 4
    private static let queue = DispatchQueue(label: "homeport.door", attributes: .concurrent)
}

extension Span<UInt8> {
    fileprivate func isSame(as other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}

extension Array<UInt8> {
    fileprivate init(_ span: Span<UInt8>) {
        self = span.withUnsafeBufferPointer { Array($0) }
    }
}
