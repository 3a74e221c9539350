/// How much repeated measurements of the same things vary, and what that makes of the mean of a few.
///
/// Two replicates say little about their own spread: now and then they agree by chance. A thing's own variance is
/// therefore drawn towards that of all (Smyth 2004, the moderated variance, with a fixed weight).
public struct ReplicateNoise: Sendable {
  /// Degrees of freedom for which the variance of all counts beside a thing's own.
  static let weight = 4.0

  /// The variance of one measurement within its thing, over all things that were measured more than once; nil if none
  /// was.
  public let variance: Double?

  /// - Parameter measurements: those of one thing each; all finite.
  public init(_ measurements: [[Double]]) {
    let repeated = measurements.filter { $0.count > 1 }
    let freedom = repeated.reduce(0) { $0 + $1.count - 1 }
    let squares = repeated.reduce(0) { $0 + Self.squares($1) }
    variance = freedom > 0 ? squares / Double(freedom) : nil
  }

  /// The standard error of the mean of a thing's measurements; nil if nothing was measured more than once.
  public func standardError(of measurements: [Double]) -> Double? {
    guard let variance, !measurements.isEmpty else { return nil }
    let own = Double(measurements.count - 1)
    let moderated = (Self.weight * variance + Self.squares(measurements)) / (Self.weight + own)
    return (moderated / Double(measurements.count)).squareRoot()
  }

  /// The sum of squared deviations from the mean.
  private static func squares(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
