import Foundation

/// y = k x^a by least squares in logarithms.
public struct LogLogLine: Sendable {
  /// log k.
  public let logCoefficient: Double
  /// a.
  public let exponent: Double

  /// - Returns: nil with fewer than two different x, or values that are not positive.
  public init?(_ x: [Double], _ y: [Double]) {
    let (logsX, logsY) = (x.map { log($0) }, y.map { log($0) })
    guard x.count == y.count, (logsX + logsY).allSatisfy(\.isFinite),
      let regression = LinearRegression(columns: [logsX], targets: logsY)
    else { return nil }
    (logCoefficient, exponent) = (regression.intercept, regression.coefficients[0])
  }

  public func value(_ x: Double) -> Double { exp(logCoefficient + exponent * log(x)) }
}
