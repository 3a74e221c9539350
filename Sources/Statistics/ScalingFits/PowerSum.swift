import Foundation

/// A sum of powers with a floor, L = E + Σₖ Aₖ xₖ^-αₖ, the form of scaling laws.
struct PowerSum: Sendable {
  let logFloor: Double
  /// log Aₖ and αₖ.
  let logCoefficients, exponents: [Double]
  /// The sum of the Huber losses of log L.
  let objective: Double
  /// The points at which the search ended, best first, as `PowerSumFit` varies them.
  fileprivate let ends: [[Double]]

  /// log L at a point.
  func logLoss(logs: [Double]) -> Double {
    var terms = [logFloor]
    for (index, log) in logs.enumerated() { terms.append(logCoefficients[index] - exponents[index] * log) }
    let largest = terms.max() ?? 0
    guard largest.isFinite else { return largest }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }
}

/// Fits sums of powers to losses (Hoffmann et al. 2022, arXiv 2203.15556, equation 3 and appendix D.3):
///
///     min over E, Aₖ, αₖ:  Σᵢ Huber_δ(LSE(log E, log A₁ - α₁ log x₁ᵢ, …) - log Lᵢ)
///
/// Huber_δ(r) is r²/2 up to δ and δ(|r| - δ/2) beyond, so that runs that went wrong pull little. BFGS starts from a grid of
/// coefficients; the best ends go on until they stay where they are. The logarithms of the xₖ are shifted and scaled to
/// -1…1 first, which makes coefficients and exponents nearly independent of each other.
struct PowerSumFit: Sendable {
  /// `[rows, terms]`, row after row, each from -1 to 1.
  private let places: [Double]
  private let centers, scales: [Double]
  private let logLosses: [Double]
  private let delta: Double

  private var terms: Int { centers.count }
  private static let polishedEnds = 8
  private static let keptEnds = 4

  /// - Parameters:
  ///   - variables: the xₖ, `[terms][rows]`, all positive.
  ///   - losses: positive.
  ///   - delta: where the Huber loss of log L becomes linear.
  /// - Returns: nil unless each variable has three different values and there are as many rows as coefficients.
  init?(variables: [[Double]], losses: [Double], delta: Double) {
    let logs = variables.map { $0.map { log($0) } }
    guard delta > 0, delta.isFinite, losses.allSatisfy({ $0 > 0 && $0.isFinite }),
      logs.allSatisfy({ $0.count == losses.count && $0.allSatisfy(\.isFinite) })
    else { return nil }
    let ranges = logs.map { ($0.min() ?? 0, $0.max() ?? 0) }
    let (centers, scales) = (ranges.map { ($0 + $1) / 2 }, ranges.map { ($1 - $0) / 2 })
    places = losses.indices.flatMap { row in
      logs.indices.map { scales[$0] > 0 ? (logs[$0][row] - centers[$0]) / scales[$0] : 0 }
    }
    (self.centers, self.scales, self.delta) = (centers, scales, delta)
    logLosses = losses.map { log($0) }
    guard determines(Array(losses.indices)) else { return nil }
  }

  /// Whether rows are enough for all coefficients.
  private func determines(_ rows: [Int]) -> Bool {
    rows.count >= 2 * terms + 1
      && (0..<terms).allSatisfy { term in Set(rows.map { places[$0 * terms + term] }).count > 2 }
  }

  /// The best fit to all rows.
  func best() -> PowerSum { fit(weights: logLosses.map { _ in 1 }, starts: starts()) }

  /// The best fit to rows that were drawn with replacement, near a fit to all of them.
  /// - Returns: nil if the rows do not determine the coefficients.
  func refit(rows: [Int], near fit: PowerSum) -> PowerSum? {
    var weights = logLosses.map { _ in 0.0 }
    for row in rows { weights[row] += 1 }
    guard determines(weights.indices.filter { weights[$0] > 0 }) else { return nil }
    return self.fit(weights: weights, starts: fit.ends)
  }

  private func fit(weights: [Double], starts: [[Double]]) -> PowerSum {
    func search(_ start: [Double], _ steps: Int) -> Minimizer.Solution {
      Minimizer.minimize(from: start, steps: steps) { value(at: $0, &$1, weights) }
    }
    let rough = starts.map { search($0, 60) }.sorted { $0.value < $1.value }
    let ends = rough.prefix(Self.polishedEnds).map { start in
      var end = start
      for _ in 0..<20 {
        let next = search(end.point, 300)
        let isSettled = next.value >= end.value * (1 - 1e-9)
        end = next
        if isSettled { break }
      }
      return end
    }
    return powerSum(ends.sorted { $0.value < $1.value })
  }

  /// The sum of Huber losses in units of δ², and its gradient over log E, then log Aₖ (at the centre) and αₖ (scaled).
  private func value(at point: [Double], _ gradient: inout [Double], _ weights: [Double]) -> Double {
    let terms = self.terms
    var total = 0.0
    for index in gradient.indices { gradient[index] = 0 }
    var powers = [Double](repeating: 0, count: terms + 1)
    for row in logLosses.indices where weights[row] > 0 {
      powers[0] = point[0]
      for term in 0..<terms {
        powers[term + 1] = point[2 * term + 1] - point[2 * term + 2] * places[row * terms + term]
      }
      var largest = powers[0]
      for power in powers where power > largest { largest = power }
      var sum = 0.0
      for index in powers.indices {
        powers[index] = exp(powers[index] - largest)
        sum += powers[index]
      }
      let residual = (largest + log(sum) - logLosses[row]) / delta
      let isLinear = residual.magnitude > 1
      total += weights[row] * (isLinear ? residual.magnitude - 0.5 : residual * residual / 2)
      let slope = weights[row] * (isLinear ? (residual > 0 ? 1 : -1) : residual) / delta / sum
      gradient[0] += slope * powers[0]
      for term in 0..<terms {
        gradient[2 * term + 1] += slope * powers[term + 1]
        gradient[2 * term + 2] -= slope * powers[term + 1] * places[row * terms + term]
      }
    }
    return total
  }

  /// Floors as shares of the least loss, the rest of the middle loss shared between the terms, and exponents.
  private func starts() -> [[Double]] {
    let sorted = logLosses.sorted()
    let (least, middle) = (sorted[0], sorted[sorted.count / 2])
    var starts: [[Double]] = []
    for floor in [0.01, 0.5, 0.8, 0.95] {
      let rest = min(max(exp(middle - least) - floor, 0.01), 1e6)
      // With two terms one of them leads, or both are alike.
      for first in terms == 1 ? [1.0] : [0.2, 0.5, 0.8] {
        var partial: [[Double]] = [[log(floor) + least]]
        for part in [first, 1 - first].prefix(terms) {
          let coefficient: Double = log(rest * part) + least
          partial = partial.flatMap { start in [0.25, 1.0, 3.0].map { start + [coefficient, $0] } }
        }
        starts += partial
      }
    }
    return starts
  }

  private func powerSum(_ ends: [Minimizer.Solution]) -> PowerSum {
    let point = ends[0].point
    var (exponents, logCoefficients): ([Double], [Double]) = ([], [])
    for term in 0..<terms {
      let exponent = point[2 * term + 2] / scales[term]
      exponents.append(exponent)
      logCoefficients.append(point[2 * term + 1] + exponent * centers[term])
    }
    var kept: [Minimizer.Solution] = []
    // Ends with the same value are the same.
    for end in ends {
      if let last = kept.last, end.value <= last.value * (1 + 1e-6) { continue }
      kept.append(end)
    }
    return PowerSum(
      logFloor: point[0], logCoefficients: logCoefficients, exponents: exponents,
      objective: ends[0].value * delta * delta, ends: kept.prefix(Self.keptEnds).map(\.point))
  }
}
