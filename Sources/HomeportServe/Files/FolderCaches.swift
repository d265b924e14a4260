package import HomeportHTTP
import NIOCore
import Synchronization

/// What each loop keeps of files, for all folders of a process together: so its bounds are the process's, however many
/// folders there are.
package final class FolderCaches: Sendable {
    /// Tells folders apart; never used twice.
    typealias Owner = UInt64

    private let boxes: [NIOLoopBoundBox<ResourceCache>]
    private let owners = Atomic<Owner>(0)

    private static let bytes = 32 << 20

    package init(loops: ServerLoops) async throws {
        let (bytes, files) = (Self.bytes / loops.count, Descriptors.spare / loops.count)
        boxes = try await loops.onEach { loop in
            NIOLoopBoundBox(ResourceCache(bytes: bytes, files: files), eventLoop: loop.loop)
        }
    }

    func newOwner() -> Owner { owners.add(1, ordering: .relaxed).newValue }

    subscript(loop: LoopState) -> NIOLoopBoundBox<ResourceCache> { boxes[loop.index] }

    /// Files of a folder that is no longer served are not kept open for it.
    func dropAll(of owner: Owner) {
        for box in boxes { box.eventLoop.execute { box.value.dropAll(of: owner) } }
    }
}
