import Foundation

/// How much of the variation of measured values is of the things measured, and not noise.
public enum Reliability {
  /// The reliability of the mean of a thing's replicates: one less the share of noise in the variance of the means, from
  /// a one-way analysis of variance (Shrout and Fleiss 1979, ICC(1, k), with the mean number of replicates for k).
  ///
  /// - Parameter replicates: the measurements of each thing; one without replicates counts for the variance of means only.
  /// - Returns: from 0 to 1; nil with fewer than two things, without replicates, or without any variation.
  public static func ofMeans(_ replicates: [[Double]]) -> Double? {
    let things = replicates.filter { !$0.isEmpty }
    let count = things.reduce(0) { $0 + $1.count }
    guard things.count > 1, count > things.count, things.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    let means = things.map { $0.reduce(0, +) / Double($0.count) }
    let noise =
      zip(things, means).reduce(0) { sum, thing in
        sum + thing.0.reduce(0) { $0 + ($1 - thing.1) * ($1 - thing.1) }
      } / Double(count - things.count)
    let mean = zip(things, means).reduce(0) { $0 + Double($1.0.count) * $1.1 } / Double(count)
    let between =
      zip(things, means).reduce(0) { $0 + Double($1.0.count) * ($1.1 - mean) * ($1.1 - mean) }
      / Double(things.count - 1)
    guard between.isFinite, noise.isFinite, between > 0 else { return nil }
    return min(max(1 - noise / between, 0), 1)
  }

  /// The correlation that measurements without noise would have (Spearman 1904): r / √(reliability of x · of y).
  /// - Returns: from -1 to 1; nil without any reliability.
  public static func correctedForAttenuation(_ coefficient: Double, _ x: Double, _ y: Double) -> Double? {
    guard x > 0, y > 0, x <= 1, y <= 1 else { return nil }
    return min(max(coefficient / (x * y).squareRoot(), -1), 1)
  }
}
