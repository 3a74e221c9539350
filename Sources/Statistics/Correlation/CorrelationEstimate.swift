import Foundation

/// A correlation coefficient with what is known about it.
public struct CorrelationEstimate: Sendable {
  public let kind: Correlation
  /// Pairs of values.
  public let count: Int
  public let coefficient: Double
  /// The 95 % interval, by bootstrap with correction for bias and acceleration; nil below five pairs, or if too few
  /// draws have a coefficient.
  public let interval: Interval?
  /// Two-sided, by permutation.
  public let pValue: Double

  /// - Returns: nil if the coefficient is not defined.
  public init?(
    _ kind: Correlation, _ x: [Double], _ y: [Double], repeats: Int, permutations: Int, seed: UInt64
  ) {
    guard let coefficient = kind.coefficient(x, y),
      let pValue = PermutationTest.pValue(
        y, permutations: permutations, seed: seed, statistic: { kind.coefficient(x, $0) })
    else { return nil }
    (self.kind, self.count, self.coefficient, self.pValue) = (kind, x.count, coefficient, pValue)
    interval = Bootstrap.acceleratedInterval(rows: x.count, repeats: repeats, seed: seed) { rows in
      kind.coefficient(rows.map { x[$0] }, rows.map { y[$0] })
    }
  }
}
