#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The standard normal distribution.
enum Normal {
    /// Probability of a value below `x`.
    static func cdf(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The value below which a share `u` of all lies; ±∞ at 0 and 1. Relative error below 1e-9 (Acklam's rational
    /// approximation).
    static func quantile(_ u: Double) -> Double {
        guard u > 0 else { return -.infinity }
        guard u < 1 else { return .infinity }
        let edge = 0.02425
        if u < edge { return tail((-2 * log(u)).squareRoot()) }
        if u > 1 - edge { return -tail((-2 * log(1 - u)).squareRoot()) }
        let q = u - 0.5
        let r = q * q
        let top =
            (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
                - 30.66479806614716) * r + 2.506628277459239) * q
        let bottom =
            ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
                - 13.28068155288572) * r + 1
        return top / bottom
    }

    private static func tail(_ q: Double) -> Double {
        let top =
            ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
                + 4.374664141464968) * q + 2.938163982698783
        let bottom =
            (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1
        return top / bottom
    }
}
