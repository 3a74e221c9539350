import Engine
import Foundation
import Synchronization

/// A range that a quantity lies in with a stated confidence.
public struct Interval: Sendable, Equatable {
  public let low, high: Double

  public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
}

/// What an estimate comes out as on data that are drawn again from those at hand (Efron and Tibshirani 1993).
///
/// The draws depend on the seed alone, whatever the number of processor cores.
public struct Bootstrap<Value: Sendable>: Sendable {
  /// The estimates, in the order of the draws.
  public let replicates: [Value]
  /// Draws from which nothing could be estimated, e.g. because all values were equal.
  public let failures: Int

  /// - Parameter estimate: draws data from a stream of its own and estimates; nil if that is not possible.
  public init(repeats: Int, seed: UInt64, _ estimate: @Sendable (inout RandomStream) -> Value?) {
    let found = Mutex([Value?](repeating: nil, count: max(repeats, 0)))
    Parallel.forEach(max(repeats, 0)) { index in
      var stream = RandomStream(seed: seed, "bootstrap", .init(index))
      let value = estimate(&stream)
      found.withLock { $0[index] = value }
    }
    replicates = found.withLock { $0.compactMap(\.self) }
    failures = max(repeats, 0) - replicates.count
  }

  /// Draws as many rows as there are, with replacement.
  /// - Parameter estimate: from the indices of the rows.
  public init(rows: Int, repeats: Int, seed: UInt64, _ estimate: @Sendable ([Int]) -> Value?) {
    self.init(repeats: rows > 0 ? repeats : 0, seed: seed) { stream in
      var drawn = [Int](repeating: 0, count: rows)
      for index in drawn.indices { drawn[index] = stream.integer(below: rows) }
      return estimate(drawn)
    }
  }

  private init(replicates: [Value], failures: Int) { (self.replicates, self.failures) = (replicates, failures) }

  /// The draws side by side with as many of another, which are independent if the seeds differ.
  public func paired<Other, Both>(
    with other: Bootstrap<Other>, _ make: (Value, Other) -> Both
  ) -> Bootstrap<Both> {
    let pairs = zip(replicates, other.replicates).map(make)
    let drawn = max(replicates.count + failures, other.replicates.count + other.failures)
    return Bootstrap<Both>(replicates: pairs, failures: drawn - pairs.count)
  }

  /// The percentile interval of a quantity of the estimates.
  /// - Returns: nil unless it is defined for at least two draws, and for at least half of all.
  public func interval(level: Double = 0.95, _ quantity: (Value) -> Double?) -> Interval? {
    let values = sorted(quantity)
    guard values.count > 1, 2 * values.count >= replicates.count + failures else { return nil }
    return Interval(low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2))
  }

  /// The interval corrected for bias and acceleration (BCa; Efron 1987).
  /// - Parameters:
  ///   - estimate: from all data.
  ///   - jackknife: the estimates with each row left out in turn.
  /// - Returns: nil as `interval`.
  public func acceleratedInterval(
    level: Double = 0.95, estimate: Double, jackknife: [Double], _ quantity: (Value) -> Double?
  ) -> Interval? {
    let values = sorted(quantity)
    guard values.count > 1, 2 * values.count >= replicates.count + failures, estimate.isFinite else { return nil }
    let count = Double(values.count)
    let below = values.reduce(0) { $0 + ($1 < estimate ? 1 : $1 == estimate ? 0.5 : 0) } / count
    // If all lie on one side, the bias is as large as so many draws can tell.
    let bias = Normal.quantile(min(max(below, 0.5 / count), 1 - 0.5 / count))
    let acceleration = Self.acceleration(jackknife)
    func end(_ probability: Double) -> Double {
      let shifted = bias + Normal.quantile(probability)
      let rest = 1 - acceleration * shifted
      guard rest > 0 else { return quantile(values, shifted > 0 ? 1 : 0) }
      return quantile(values, Normal.cumulative(bias + shifted / rest))
    }
    return Interval(low: end((1 - level) / 2), high: end((1 + level) / 2))
  }

  private func sorted(_ quantity: (Value) -> Double?) -> [Double] {
    replicates.compactMap(quantity).filter { !$0.isNaN }.sorted()
  }

  /// A sixth of the skewness of what each row contributes; 0 where that cannot be told.
  private static func acceleration(_ jackknife: [Double]) -> Double {
    let values = jackknife.filter(\.isFinite)
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let deviations = values.map { mean - $0 }
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    let cubes = deviations.reduce(0) { $0 + $1 * $1 * $1 }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    return acceleration.isFinite ? acceleration : 0
  }
}

extension Bootstrap where Value == Double {
  /// The BCa interval of a statistic of rows.
  /// - Parameter statistic: from the indices of rows; nil if it is not defined.
  /// - Returns: nil if it is not defined for all rows, or for too few draws, and below five rows, of which most draws would
  ///   be much alike.
  public static func acceleratedInterval(
    rows: Int, repeats: Int, seed: UInt64, _ statistic: @Sendable ([Int]) -> Double?
  ) -> Interval? {
    let all = Array(0..<max(rows, 0))
    guard rows >= 5, repeats > 1, let estimate = statistic(all) else { return nil }
    let jackknife = all.compactMap { left in statistic(all.filter { $0 != left }) }
    return Bootstrap(rows: rows, repeats: repeats, seed: seed, statistic)
      .acceleratedInterval(estimate: estimate, jackknife: jackknife) { $0 }
  }
}

/// The quantile of sorted values, linear between them.
private func quantile(_ values: [Double], _ probability: Double) -> Double {
  let place = probability * Double(values.count - 1)
  let index = min(max(Int(place), 0), values.count - 1)
  let (low, high) = (values[index], values[min(index + 1, values.count - 1)])
  let share = place - Double(index)
  return share <= 0 || low == high ? low : low + share * (high - low)
}
