import Dispatch
import HomeportNet
import Testing

@Suite(.timeLimit(.minutes(1))) struct NameLookupTests {
    @Test func anAddressResolvesToItself() async {
        #expect(await NameLookup.resolve("127.0.0.1", within: .seconds(30)) == .addresses([.loopback4]))
        #expect(await NameLookup.resolve("::1", within: .seconds(30)) == .addresses([.loopback6]))
    }

    @Test func aResolverThatHangsIsLeftBehind() async {
        let never = DispatchSemaphore(value: 0)
        let answer = await NameLookup.resolve("web.localhost", within: .milliseconds(20)) { _ in
            never.wait()
            return .addresses([])
        }
        #expect(answer == .late)
        never.signal()
    }

    @Test func theResolversWordsAreKept() async {
        #expect(
            await NameLookup.resolve("x", within: .seconds(30)) { _ in .failed("no such name") }
                == .failed("no such name")
        )
    }
}
