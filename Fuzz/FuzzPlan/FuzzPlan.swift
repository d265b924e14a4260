import HomeportCore
import HomeportLink
import HomeportRuntime

/// Feeds the plan's reader what libFuzzer makes up. It comes from files, and by the control API from whoever has the
/// token: it must be a plan, or problems that can be printed.
///
/// Input: the plan's text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPlan(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    switch Plan.read(text, file: "homeport.yaml", directory: "/") {
    case .success(let plan):
        let isEmpty = plan.services.isEmpty && plan.links.isEmpty && plan.toxiproxy == nil
        precondition(!isEmpty, "a plan of nothing")
        precondition(Set(plan.links.map(\.name)).count == plan.links.count, "two links of one name")
        for link in plan.links { precondition((try? link.settings()) != nil, "a link whose words do not go together") }
        precondition(Set(plan.services.map(\.name)).count == plan.services.count, "two services of one name")
        precondition(plan.services.count(where: \.isDefault) <= 1, "two defaults")
    case .failure(let problems):
        precondition(!problems.all.isEmpty, "no plan, and no problem")
        for problem in problems.all {
            let shown = "\(problem)"
            precondition(!shown.isEmpty && !shown.unicodeScalars.contains { $0.isUnseen && $0 != "\n" }, shown)
        }
    }
    return 0
}
