import Foundation

/// What is left of the correlation of two measurements when others are taken into account.
public enum PartialCorrelation {
  /// The correlation of the residuals of `x` and `y` after a linear regression on the covariates, all of them replaced
  /// by their ranks first for Spearman's. A covariate that follows from the others changes nothing.
  /// - Returns: nil if it is not defined: nothing is left to vary, fewer than three pairs more than covariates, or values
  ///   that are not finite. Kendall's is defined for at most one covariate, from the three coefficients (Kendall 1942).
  public static func coefficient(
    _ kind: Correlation, _ x: [Double], _ y: [Double], given covariates: [[Double]]
  ) -> Double? {
    let count = x.count
    guard y.count == count, covariates.allSatisfy({ $0.count == count }), count >= covariates.count + 3,
      ([x, y] + covariates).allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { return nil }
    switch kind {
    case .kendall:
      guard covariates.count == 1, let both = kind.coefficient(x, y) else {
        return covariates.isEmpty ? kind.coefficient(x, y) : nil
      }
      guard let first = kind.coefficient(x, covariates[0]), let second = kind.coefficient(y, covariates[0]) else {
        return both
      }
      let rest = (1 - first * first) * (1 - second * second)
      return rest > 0 ? min(max((both - first * second) / rest.squareRoot(), -1), 1) : nil
    case .pearson: return residualCorrelation(x, y, covariates)
    case .spearman:
      return residualCorrelation(NormalScores.ranks(x), NormalScores.ranks(y), covariates.map(NormalScores.ranks))
    }
  }

  private static func residualCorrelation(_ x: [Double], _ y: [Double], _ covariates: [[Double]]) -> Double? {
    var basis: [[Double]] = []
    for column in [x.map { _ in 1 }] + covariates {
      if let rest = residual(of: column, basis) { basis.append(rest) }
    }
    guard let x = residual(of: x, basis), let y = residual(of: y, basis) else { return nil }
    return min(max(product(x, y), -1), 1)
  }

  /// What is left of a column without its projections on an orthonormal basis, at length 1; nil if that is nothing but
  /// rounding errors.
  private static func residual(of column: [Double], _ basis: [[Double]]) -> [Double]? {
    let largest = column.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return nil }
    var rest = column.map { $0 / largest }
    let before = product(rest, rest).squareRoot()
    // The second time removes what rounding left the first time.
    for _ in 0..<2 {
      for direction in basis {
        let share = product(rest, direction)
        for index in rest.indices { rest[index] -= share * direction[index] }
      }
    }
    let length = product(rest, rest).squareRoot()
    return length > 1e-10 * before ? rest.map { $0 / length } : nil
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
