import Foundation

/// How alike two stacks are for the model of quality:
///
///     k(a, b) = exp(-(h H + g G + c C))
///
/// H is the share of depths at which the symbols differ (the longer stack counts); G is the share of pairs of neighbours,
/// ends included, that only one of the two has; C is the squared distance of the costs, each over its standard deviation.
/// H and G are means of two: of the symbols as they are, and of their families, which leave options out, so that a primitive
/// with another option is half a difference. All three are squared distances of vectors (of indicators, counts at unequal pairs, costs), so k is positive definite
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
    fileprivate let exact, families: Sequence
    let costs: Objectives
  }

  /// Numbered symbols and how often each pair of neighbours occurs.
  fileprivate struct Sequence: Sendable {
    let symbols: [Int]
    let pairs: [Int: Int]

    init(_ symbols: [Int]) {
      self.symbols = symbols
      var pairs: [Int: Int] = [:]
      let ended = [0] + symbols + [0]
      for (first, second) in zip(ended, ended.dropFirst()) { pairs[first << 32 | second, default: 0] += 1 }
      self.pairs = pairs
    }

    /// The share of depths that differ.
    func depthDistance(_ other: Self) -> Double {
      let longer = max(symbols.count, other.symbols.count)
      let alike = zip(symbols, other.symbols).count { $0 == $1 }
      return longer == 0 ? 0 : 1 - Double(alike) / Double(longer)
    }

    /// The share of pairs that only one has.
    func pairDistance(_ other: Self) -> Double {
      let common = pairs.reduce(0) { $0 + min($1.value, other.pairs[$1.key] ?? 0) }
      return 1 - 2 * Double(common) / Double(symbols.count + other.symbols.count + 2)
    }
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
    Features(
      exact: Sequence(symbols.map { number($0) }), families: Sequence(symbols.map { number(Self.family(of: $0)) }),
      costs: zip(costs, scales).map { $0 * $1 })
  }

  private mutating func number(_ symbol: String) -> Int {
    if let number = numbers[symbol] { return number }
    let number = numbers.count + 1
    numbers[symbol] = number
    return number
  }

  /// A layer without its options, e.g. `attention|swiglu`.
  static func family(of symbol: String) -> String {
    symbol.split(separator: "|").map { $0.prefix { $0 != "(" } }.joined(separator: "|")
  }

  func distances(_ a: Features, _ b: Features) -> Distances {
    Distances(
      depth: (a.exact.depthDistance(b.exact) + a.families.depthDistance(b.families)) / 2,
      pairs: (a.exact.pairDistance(b.exact) + a.families.pairDistance(b.families)) / 2,
      costs: zip(a.costs, b.costs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
  }
}
