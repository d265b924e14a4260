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
        guard !head.hasAny(of: [.contentRange]) else {
            return finish(400, "parts of files cannot be uploaded", exchange)
        }
        guard let name = path.segments.last, !path.hasTrailingSlash else {
            return finish(409, "a folder cannot be uploaded", exchange)
        }
        if case .length(let length) = head.body, length > limit { return tooLarge(exchange) }
        let relative = path.relative
        let present = root.facts(relative)
        guard present == nil || present?.kind == .file else {
            return finish(409, "what has that name is no file", exchange)
        }
        guard judge(head, present, exchange) == .proceed else {
            return finish(412, "the file is not as the request's conditions say", exchange)
        }
        switch root.open(RequestPath(segments: path.segments.dropLast(), hasTrailingSlash: true).relative) {
        case .folder(let folder, _): begin(name, in: folder, path, head, exchange)
        case .nothing, .file: finish(409, "there is no such folder", exchange)
        case .forbidden, .denied: denied(head, exchange)
        case .exhausted: exhausted(exchange)
        }
    }

    private var limit: Int64 { Int64(clamping: plan.maxUpload.bytes) }

    private func judge(_ head: RequestHead, _ present: FileFacts?, _ exchange: any Exchange) -> Preconditions.Verdict {
        guard head.hasAny(of: Preconditions.fields) else { return .proceed }
        guard let present else { return Preconditions.judgeAbsent(head) }
        let now = exchange.loop.now
        let isYoung = now - present.changed <= Representation.youth
        let tag = EntityTag(of: present, variant: nil, isWeak: isYoung)
        return Preconditions.judge(head, tag: tag, modified: present.modified, now: now)
    }

    private func begin(
        _ name: [UInt8],
        in folder: OpenFile,
        _ path: RequestPath,
        _ head: RequestHead,
        _ exchange: any Exchange
    ) {
        let file: UploadFile
        do { file = try UploadFile(in: folder) } catch { return failed(error, head, exchange) }
        let upload = Upload(
            exchange,
            into: file,
            as: CPath(name),
            limit: limit,
            onlyIfNew: head.text(.ifNoneMatch) == "*",
            onEnd: { [weak exchange] outcome in
                guard let exchange else { return }
                switch outcome {
                case .success(.created): self.placed(201, path, exchange)
                case .success(.replaced): self.placed(204, path, exchange)
                case .success(.existed): self.finish(412, "there is a file of that name by now", exchange)
                case .failure(is Upload.TooLarge): self.tooLarge(exchange)
                case .failure(let error): self.failed(error, head, exchange)
                }
            }
        )
        // A request without a body makes an empty file.
        upload.start()
    }

    private func placed(_ status: Int, _ path: RequestPath, _ exchange: any Exchange) {
        var answer = ResponseHead(status, body: status == 204 ? .none : .length(0))
        if status == 201 { answer.addIfClean("Location", path.encoded) }
        fields.addCustom(to: &answer)
        exchange.answer(answer, nil)
    }

    private func tooLarge(_ exchange: any Exchange) {
        finish(413, "the largest file that may be uploaded has \(plan.maxUpload)", exchange)
    }

    private func failed(_ error: any Error, _ head: RequestHead, _ exchange: any Exchange) {
        switch (error as? SystemError)?.kind {
        case .denied: denied(head, exchange)
        case .exhausted: exhausted(exchange)
        case .full: finish(507, "there is no room for the file", exchange)
        case .nothing: finish(409, "the folder is gone", exchange)
        case .other, nil: finish(500, "the file could not be written", exchange)
        }
    }
}
