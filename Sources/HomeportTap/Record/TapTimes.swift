/// When what happened: nanoseconds since 1970 for the beginning, nanoseconds after it for the rest; nil for what has not.
package struct TapTimes: Sendable, Equatable {
    package var began: Int64
    /// The request's body was whole.
    package var asked: Int64?
    /// A connection to the service was begun, and was there.
    package var dialled: Int64?
    package var connected: Int64?
    /// The service began to answer.
    package var answered: Int64?
    /// The answer's head went to the client.
    package var headed: Int64?
    package var ended: Int64?
}
