import HomeportCore
import Testing

struct PercentileTests {
    @Test(arguments: [
        ([5], 0.5, 5), ([1, 2], 0.5, 1), ([1, 2, 3], 0.5, 2), ([1, 2, 3, 4], 0.5, 2), (Array(1...20), 0.95, 19),
        (Array(1...100), 0.99, 99), (Array(1...100), 0.07, 7), (Array(1...100), 0, 1), (Array(1...100), 1, 100),
    ])
    func itIsTheNearestRank(values: [Int], share: Double, expected: Int) {
        #expect(values.percentile(share) == expected)
    }

    @Test func thereIsNoneOfNothing() {
        #expect([Int]().percentile(0.5) == nil)
    }
}
