/// The mean of a sample and how far it may be off.
public struct MeanEstimate: Sendable, Equatable {
  public let mean: Double
  /// Absent for a single value.
  public let standardError: Double?
  public let count: Int

  /// Of the sample; absent for a single value.
  public var standardDeviation: Double? { standardError.map { $0 * Double(count).squareRoot() } }

  /// - Returns: none for no values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let size = Double(count)
    let mean = values.reduce(0, +) / size
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = count > 1 ? (squares / (size - 1) / size).squareRoot() : nil
  }
}
