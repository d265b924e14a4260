import HomeportCore
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
        precondition(!plan.services.isEmpty, "a plan without services")
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
