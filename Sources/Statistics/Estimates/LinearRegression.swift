import Foundation

/// Least squares on some columns and a constant.
public struct LinearRegression: Sendable {
  public let intercept: Double
  public let coefficients: [Double]

  /// - Parameter columns: `[columns][rows]`.
  /// - Returns: nil without rows, or if the coefficients are not determined.
  public init?(columns: [[Double]], targets: [Double]) {
    let count = Double(targets.count)
    guard !targets.isEmpty, columns.allSatisfy({ $0.count == targets.count }) else { return nil }
    let means = columns.map { $0.reduce(0, +) / count }
    let centered = zip(columns, means).map { column, mean in column.map { $0 - mean } }
    let scales = centered.map { column in (column.reduce(0) { $0 + $1 * $1 } / count).squareRoot() }
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let standard = zip(centered, scales).map { column, scale in column.map { $0 / scale } }
    let mean = targets.reduce(0, +) / count
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let matrix = standard.flatMap { row in standard.map { product(row, $0) / count } }
    guard let factor = Cholesky(matrix, count: columns.count) else { return nil }
    let targets = targets.map { $0 - mean }
    let solution = factor.backward(factor.forward(standard.map { product($0, targets) / count }))
    coefficients = zip(solution, scales).map { $0 / $1 }
    intercept = mean - zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
    guard intercept.isFinite, coefficients.allSatisfy(\.isFinite) else { return nil }
  }

  /// The value at a row of the columns.
  public func value(_ row: [Double]) -> Double { zip(coefficients, row).reduce(intercept) { $0 + $1.0 * $1.1 } }
}
