import HomeportRuntime
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct PlanCommandTests {
    @Test func aProgramIsRunToItsEnd() {
        #expect(Command.run("true", []))
        #expect(!Command.run("false", []))
        #expect(!Command.run("no-such-program-anywhere", []))
        #expect(Command.run("sh", ["-c", "test \"$1\" = 'a b'", "sh", "a b"]))
    }

    @Test func aProgramIsEndedByAPipeThatNobodyReads() {
        // As the program itself does; what it starts must not inherit that.
        signal(SIGPIPE, SIG_IGN)
        #expect(!Command.run("sh", ["-c", "kill -PIPE $$; exit 0"]))
    }
}
