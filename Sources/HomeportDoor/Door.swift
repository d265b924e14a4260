package import HomeportHTTP
import NIOCore

/// The front door: hands each request to the service that its name asks for.
///
/// Every loop has the table to itself, so that a look-up takes no lock; a new table reaches all loops before the change
/// is called done. What is being answered meanwhile is answered by who began it.
package final class Door: Responder {
    private let tables: [NIOLoopBoundBox<RouteTable>]

    package init(_ table: RouteTable, loops: ServerLoops) async throws {
        tables = try await loops.onEach { NIOLoopBoundBox(table, eventLoop: $0.loop) }
    }

    package func change(to table: RouteTable) async throws {
        for box in tables { try await box.eventLoop.submit { box.value = table }.get() }
    }

    package func respond(to head: RequestHead, _ exchange: any Exchange) {
        let table = tables[exchange.loop.index].value
        table.responder(for: head).respond(to: head, exchange)
    }
}
