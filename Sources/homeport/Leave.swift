import ArgumentParser
import HomeportControl
import HomeportCore
import HomeportRuntime

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The one place where an error becomes words and an exit code: 1 a check failed, 2 the words were wrong, 3 the world
/// was.
///
/// ArgumentParser's own code for wrong words is 64; scripts that tell "wrong words" from "port taken" should not need
/// two conventions. Its clean exits, such as help that was asked for, stay clean.
func leave(after error: any Error) -> Never {
    if let error = error as? HomeportError {
        Terminal.errors.write("homeport: \(error)\n")
        exit(error.code.blame.rawValue)
    }
    // A plan may have several mistakes, and one edit should mend them all.
    let problems = (error as? PlanProblems)?.all ?? (error as? PlanRefusal)?.problems
    if let problems {
        for problem in problems.prefix(50) { Terminal.errors.write("homeport: \(problem)\n") }
        if problems.count > 50 { Terminal.errors.write("homeport: and \(problems.count - 50) more\n") }
        exit(HomeportError.Blame.words.rawValue)
    }
    let code = Homeport.exitCode(for: error)
    var message = Homeport.fullMessage(for: error)
    if message.hasPrefix("Error: ") { message = "homeport: " + message.dropFirst(7) }
    let terminal = code.isSuccess ? Terminal.output : Terminal.errors
    if !message.isEmpty { terminal.write(message + "\n") }
    if code == .validationFailure { exit(HomeportError.Blame.words.rawValue) }
    // What nobody has foreseen, such as an error of the system's.
    exit(code == .failure && !(error is ExitCode) ? HomeportError.Blame.world.rawValue : code.rawValue)
}
