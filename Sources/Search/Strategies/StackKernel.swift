import Foundation

/// How alike two stacks are for the model of quality:
///
///     k(a, b) = exp(-(h H + g G + c C))
///
/// H is the share of depths at which the symbols differ (the longer stack counts); G is the share of pairs of neighbours,
/// ends included, that only one of the two has; C is the squared distance of the costs, each over its standard deviation.
/// All three are squared distances of vectors (of indicators, counts at unequal pairs, costs), so k is positive definite
/// for weights of at least 0.
struct StackKernel: Sendable {
  /// h, g, c and the noise of an observation in units of the model's scale.
  struct Weights: Sendable, Hashable {
    var depth = 2.0
    var pairs = 1.0
    var costs = 0.3
    var noise = 0.03

    var all: [WritableKeyPath<Weights, Double>] { [\.depth, \.pairs, \.costs, \.noise] }
  }

  /// What the kernel sees of a candidate.
  struct Features: Sendable {
    let symbols: [Int]
    let pairs: [Int: Int]
    let costs: Objectives
  }

  struct Distances: Sendable {
    let depth, pairs, costs: Double

    func similarity(_ weights: Weights) -> Double {
      exp(-(weights.depth * depth + weights.pairs * pairs + weights.costs * costs))
    }
  }

  private var numbers: [String: Int] = [:]
  /// One over the standard deviation of each cost.
  private let scales: [Double]

  /// - Parameter costs: of the candidates so far, to set their scales.
  init(costs: [Objectives]) {
    let count = Double(max(costs.count, 1))
    scales = (costs.first ?? []).indices.map { index in
      let mean = costs.reduce(0) { $0 + $1[index] } / count
      let variance = costs.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / count
      return variance > 0 && variance.isFinite ? 1 / variance.squareRoot() : 0
    }
  }

  mutating func features(_ symbols: [String], costs: Objectives) -> Features {
    let own = symbols.map { symbol in
      if let number = numbers[symbol] { return number }
      let number = numbers.count + 1
      numbers[symbol] = number
      return number
    }
    var pairs: [Int: Int] = [:]
    let ended = [0] + own + [0]
    for (first, second) in zip(ended, ended.dropFirst()) { pairs[first << 32 | second, default: 0] += 1 }
    return Features(symbols: own, pairs: pairs, costs: zip(costs, scales).map { $0 * $1 })
  }

  func distances(_ a: Features, _ b: Features) -> Distances {
    let longer = max(a.symbols.count, b.symbols.count)
    let alike = zip(a.symbols, b.symbols).count { $0 == $1 }
    let common = a.pairs.reduce(0) { $0 + min($1.value, b.pairs[$1.key] ?? 0) }
    let pairs = a.symbols.count + b.symbols.count + 2
    return Distances(
      depth: longer == 0 ? 0 : 1 - Double(alike) / Double(longer),
      pairs: 1 - 2 * Double(common) / Double(pairs),
      costs: zip(a.costs, b.costs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
  }
}
