import HomeportCore
import HomeportHTTP
import HomeportNet
import NIOCore

/// PUT: a file is created or replaced, whole or not at all (RFC 9110, section 9.3.4).
extension FolderResponder {
    func upload(_ head: RequestHead, _ exchange: any Exchange) {
        let path: RequestPath
        switch head.with(head.path, RequestPath.decode) {
        case .malformed(let why): return exchange.refuse(Refusal(400, "path.malformed", why))
        case .notFound: return finish(403, "no file of that name can be uploaded", exchange)
        case .path(let decoded): path = decoded
        }
        // A part of a file taken for the whole would destroy it (RFC 9110, section 14.5).
        guard !head.fields.has(.contentRange) else {
            return finish(400, "parts of files cannot be uploaded", exchange)
        }
        guard let name = path.segments.last, !path.hasTrailingSlash else {
            return finish(409, "a folder cannot be uploaded", exchange)
        }
        if case .length(let length) = head.body, length > limit { return tooLarge(exchange) }
        switch root.open(RequestPath(segments: path.segments.dropLast(), hasTrailingSlash: true).relative) {
        case .folder(let folder, _): upload(name, to: folder, path, head, exchange)
        case .nothing, .file: finish(409, "there is no such folder", exchange)
        case .forbidden: notFound(head, exchange)
        case .denied: cannotWrite(head, exchange)
        case .exhausted: exhausted(exchange)
        }
    }

    private var limit: Int64 { Int64(clamping: plan.maxUpload.bytes) }

    private func upload(
        _ name: [UInt8],
        to folder: OpenFile,
        _ path: RequestPath,
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        let (target, file): (UploadTarget, UploadFile)
        do throws(UploadTarget.Obstacle) {
            target = try UploadTarget(name, in: folder, at: path.relative, of: root)
        } catch {
            switch error {
            case .folder: return finish(409, "there is a folder of that name", exchange)
            case .special: return finish(409, "what has that name is no file", exchange)
            case .system(let error): return failed(error, head, exchange)
            }
        }
        guard judge(head, target.served, exchange) == .proceed else {
            return finish(412, "the file is not as the request's conditions say", exchange)
        }
        do throws(SystemFailure) { file = try UploadFile(for: target) } catch { return failed(error, head, exchange) }
        Upload(
            exchange,
            into: file,
            limit: limit,
            isConditional: head.fields.hasAny(of: Preconditions.fields),
            onEnd: { [weak exchange] outcome in
                guard let exchange else { return }
                switch outcome {
                case .success(.created): self.placed(201, path, exchange)
                case .success(.replaced): self.placed(204, path, exchange)
                case .success(.changed): self.finish(412, "the file has changed meanwhile", exchange)
                case .failure(is Upload.TooLarge): self.tooLarge(exchange)
                case .failure(let error): self.failed(error, head, exchange)
                }
            }
        )
        .start(hasBody: head.body != .none)
    }

    private func judge(_ head: RequestHead, _ served: FileFacts?, _ exchange: any Exchange) -> Preconditions.Verdict {
        guard head.fields.hasAny(of: Preconditions.fields) else { return .proceed }
        guard let served else { return Preconditions.judgeAbsent(head) }
        let now = exchange.loop.now
        let tag = EntityTag(of: served, variant: nil, isWeak: served.isYoung(now))
        return Preconditions.judge(head, tag: tag, modified: served.lastModified(now), now: now)
    }

    private func placed(_ status: Int, _ path: RequestPath, _ exchange: any Exchange) {
        var answer = ResponseHead(status, body: status == 204 ? .none : .length(0))
        if status == 201 { answer.addIfClean("Location", path.encoded) }
        fields.addCustom(to: &answer)
        exchange.answer(answer, nil)
    }

    // Where a body is refused in its middle, reading the rest would only cost: the connection is closed, with care.
    private func tooLarge(_ exchange: any Exchange) {
        finish(413, "the largest file that may be uploaded has \(plan.maxUpload)", exchange) { $0.closes = true }
    }

    private func cannotWrite(_ head: RequestHead, _ exchange: any Exchange) {
        finish(403, "Homeport has no permission to write \(head.text(head.path))", exchange) { $0.closes = true }
    }

    private func failed(_ error: any Error, _ head: RequestHead, _ exchange: any Exchange) {
        switch (error as? SystemFailure)?.kind {
        case .denied: cannotWrite(head, exchange)
        case .exhausted: exhausted(exchange)
        case .full: finish(507, "there is no room for the file", exchange) { $0.closes = true }
        case .nothing: finish(409, "the folder is gone, or takes no file of that name", exchange) { $0.closes = true }
        case .other, nil: finish(500, "the file could not be written", exchange) { $0.closes = true }
        }
    }
}
