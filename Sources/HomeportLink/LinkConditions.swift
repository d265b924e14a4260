package import HomeportConditions

/// What a link does to each direction, in the order in which bytes pass.
package struct LinkConditions: Sendable, Hashable {
    package var up: [Stage] = []
    package var down: [Stage] = []

    package init(up: [Stage] = [], down: [Stage] = []) {
        self.up = up
        self.down = down
    }
}
