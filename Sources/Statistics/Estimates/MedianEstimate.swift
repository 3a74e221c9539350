import Foundation

/// The median of a sample with an interval that holds the true median whatever the distribution (order statistics and the
/// binomial distribution; Conover 1999, section 3.2). Values may be infinite, e.g. where something was not seen to happen.
public struct MedianEstimate: Sendable, Equatable {
  public let median: Double
  /// Absent where there are too few values for the confidence.
  public let interval: ClosedRange<Double>?

  /// - Returns: none for no values, or if one is NaN.
  public init?(_ values: [Double], confidence: Double = 0.95) {
    let sorted = values.sorted()
    guard !sorted.isEmpty, !values.contains(where: \.isNaN) else { return nil }
    let (count, middle) = (sorted.count, sorted.count / 2)
    median = count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    let cut = Self.valuesOutside(count, tail: (1 - confidence) / 2)
    interval = cut > 0 ? sorted[cut - 1]...sorted[count - cut] : nil
  }

  /// The rank of the interval's lower end: the greatest number k so that fewer than k of `count` fair coins show heads with
  /// a probability of at most `tail`.
  private static func valuesOutside(_ count: Int, tail: Double) -> Int {
    var logTerm = -Double(count) * log(2)
    var (sum, rank) = (0.0, 0)
    while rank < count {
      sum += exp(logTerm)
      guard sum <= tail else { break }
      logTerm += log(Double(count - rank) / Double(rank + 1))
      rank += 1
    }
    return min(rank, (count + 1) / 2)
  }
}
