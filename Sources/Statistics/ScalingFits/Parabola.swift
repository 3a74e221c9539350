import Foundation

/// A least-squares parabola through losses over log parameters, from which the best size for a budget follows (Hoffmann
/// et al. 2022, arXiv 2203.15556, approach 2).
public struct Parabola: Sendable {
  /// Where the parabola is fitted: the mean and standard deviation of x.
  private let center, scale: Double
  /// Of ((x - center) / scale): the constant and the coefficients of the first and second power.
  private let constant, slope, curvature: Double
  /// The least and largest x.
  public let range: ClosedRange<Double>

  /// - Returns: nil with fewer than three different x, or values that are not finite.
  public init?(_ x: [Double], _ y: [Double]) {
    guard x.count == y.count, Set(x).count > 2, (x + y).allSatisfy(\.isFinite), let low = x.min(), let high = x.max()
    else { return nil }
    let center = x.reduce(0, +) / Double(x.count)
    let scale = (x.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(x.count)).squareRoot()
    let places = x.map { ($0 - center) / scale }
    guard let regression = LinearRegression(columns: [places, places.map { $0 * $0 }], targets: y) else { return nil }
    (self.center, self.scale, range) = (center, scale, low...high)
    (constant, slope, curvature) = (regression.intercept, regression.coefficients[0], regression.coefficients[1])
  }

  public func value(_ x: Double) -> Double {
    let place = (x - center) / scale
    return constant + place * (slope + place * curvature)
  }

  /// The x of the least y, and that y; nil if the parabola opens downwards.
  public var minimum: (x: Double, y: Double)? {
    guard curvature > 0 else { return nil }
    let place = -slope / (2 * curvature)
    let value = constant - slope * slope / (4 * curvature)
    return place.isFinite && value.isFinite ? (center + scale * place, value) : nil
  }

  /// Whether the least y lies where there are data.
  public var isMinimumInside: Bool { minimum.map { range.contains($0.x) } ?? false }
}
