import ArgumentParser
import HomeportControl

/// The number of an exchange, as it is shown: `12` or `#12`.
struct ExchangeNumber: ExpressibleByArgument {
    let id: UInt64

    init?(argument: String) {
        guard let id = UInt64(digits: argument.hasPrefix("#") ? String(argument.dropFirst()) : argument) else {
            return nil
        }
        self.id = id
    }
}
