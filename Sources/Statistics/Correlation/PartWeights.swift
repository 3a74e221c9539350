import Engine
import Synchronization

/// Weights of a score's parts, fitted to a target, and what such weights tell of things that they were not fitted on.
///
/// The target is regressed on the parts by least squares, with coefficients that are not negative (more of a part is
/// better) and shrunk towards each other, so that the limit is the plain mean; the weights are the coefficients over
/// their sum. Cross-validation in ten folds chooses the shrinkage.
public struct PartWeights: Sendable {
  /// Below so many things nothing is fitted.
  public static let leastThings = 10
  /// From weak to strong; infinite for equal weights.
  public static let shrinkages: [Double] = [0.01, 0.1, 1, 10, .infinity]
  private static let folds = 10

  /// From all things: not negative, with a sum of 1.
  public let weights: [Double]
  public let shrinkage: Double
  /// Whether the fit with that shrinkage finds nothing that goes the way of the target; then the weights are equal.
  public let isWithoutDirection: Bool
  /// The score of each thing with weights, and a shrinkage, from all the others. The parts count from their means over
  /// all things: with those of each fold, or with an intercept, a thing's score would lean away from its own target.
  public let heldOutScores: [Double]

  /// - Parameter parts: `[parts][things]`.
  /// - Returns: nil below `leastThings`, without parts, if nothing varies, or with values that are not finite.
  public init?(parts: [[Double]], target: [Double], lowerIsBetter: Bool) {
    guard let rows = Self.standardised(parts, target, lowerIsBetter), rows.count >= Self.leastThings else { return nil }
    let count = parts.count
    var all = PartMoments(parts: count)
    var folds = [PartMoments](repeating: all, count: Self.folds)
    for (index, row) in rows.enumerated() {
      all.add(row)
      folds[index % Self.folds].add(row)
    }
    let total = all
    let foldMoments = folds
    shrinkage = Self.shrinkage(rows, total, foldMoments, without: nil)
    let fit = total.fit(shrinkage: shrinkage)
    weights = Self.weights(fit)
    isWithoutDirection = !fit.coefficients.contains { $0 > 0 }
    let scores = Mutex(rows.map { _ in 0.0 })
    Parallel.forEach(rows.count) { index in
      var others = total
      others.add(rows[index], -1)
      var otherFolds = foldMoments
      otherFolds[index % Self.folds].add(rows[index], -1)
      let weights = Self.weights(
        others.fit(shrinkage: Self.shrinkage(rows, others, otherFolds, without: index)))
      let score = weights.indices.reduce(0) { $0 + weights[$1] * rows[index][$1] }
      scores.withLock { $0[index] = score }
    }
    heldOutScores = scores.withLock(\.self)
  }

  /// The weights from all things with a given shrinkage.
  /// - Returns: nil as `init`, but for any number of things from two.
  public static func fitted(
    parts: [[Double]], target: [Double], lowerIsBetter: Bool, shrinkage: Double
  ) -> [Double]? {
    guard let rows = standardised(parts, target, lowerIsBetter) else { return nil }
    var all = PartMoments(parts: parts.count)
    for row in rows { all.add(row) }
    return weights(all.fit(shrinkage: shrinkage))
  }

  /// The one with the smallest squared error over the folds; of equal ones the strongest.
  private static func shrinkage(
    _ rows: [[Double]], _ all: PartMoments, _ folds: [PartMoments], without left: Int?
  ) -> Double {
    var errors = shrinkages.map { _ in 0.0 }
    for fold in folds.indices {
      let rest = all - folds[fold]
      for (place, shrinkage) in shrinkages.enumerated() {
        let fit = rest.fit(shrinkage: shrinkage)
        for index in stride(from: fold, to: rows.count, by: folds.count) where index != left {
          let error = rows[index][rows[index].count - 1] - fit.value(rows[index])
          errors[place] += error * error
        }
      }
    }
    // Equal errors may differ by rounding.
    let bound = (errors.min() ?? 0) * (1 + 1e-9)
    return shrinkages.indices.last { errors[$0] <= bound }.map { shrinkages[$0] } ?? .infinity
  }

  private static func weights(_ fit: PartMoments.Fit) -> [Double] {
    let sum = fit.coefficients.reduce(0, +)
    let count = Double(fit.coefficients.count)
    return fit.coefficients.map { sum > 0 ? $0 / sum : 1 / count }
  }

  /// A row for each thing: the parts, on one scale for all of them, then the target, higher if better.
  private static func standardised(_ parts: [[Double]], _ target: [Double], _ lowerIsBetter: Bool) -> [[Double]]? {
    guard target.count > 1, !parts.isEmpty, parts.allSatisfy({ $0.count == target.count }) else { return nil }
    let count = Double(target.count)
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / count
      return values.contains { $0 != values[0] } ? values.map { $0 - mean } : values.map { $0 - values[0] }
    }
    func variance(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } / count }
    let (columns, targets) = (parts.map(centred), centred(target))
    let scale = (columns.reduce(0) { $0 + variance($1) } / Double(parts.count)).squareRoot()
    let targetScale = variance(targets).squareRoot() * (lowerIsBetter ? -1 : 1)
    guard scale > 0, scale.isFinite, targetScale != 0, targetScale.isFinite else { return nil }
    return targets.indices.map { row in columns.map { $0[row] / scale } + [targets[row] / targetScale] }
  }
}
