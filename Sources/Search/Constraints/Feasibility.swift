import Configuration
import Engine
import Foundation
import Text

/// The least sums of layer values that the states of a grammar can derive: exact, since costs add up over layers.
struct LeastSums: Sendable {
  /// Whether a state derives no layers, and the least sum of what else it derives.
  struct Value: Sendable {
    var canBeEmpty: Bool
    var least: Double

    static let nothing = Value(canBeEmpty: true, least: .infinity)

    /// The least of all, the empty layout included.
    var overall: Double { canBeEmpty ? min(0, least) : least }

    static func + (a: Value, b: Value) -> Value {
      Value(
        canBeEmpty: a.canBeEmpty && b.canBeEmpty,
        least: min(a.least + b.least, min(b.canBeEmpty ? a.least : .infinity, a.canBeEmpty ? b.least : .infinity)))
    }

    static func | (a: Value, b: Value) -> Value {
      Value(canBeEmpty: a.canBeEmpty || b.canBeEmpty, least: min(a.least, b.least))
    }
  }

  private(set) var values: [Value] = []

  init(_ grammar: Grammar, _ layer: (Int) -> Double) {
    values.reserveCapacity(grammar.states.count)
    let single = (0..<grammar.symbols.symbols.count).map(layer)
    let none = Value(canBeEmpty: false, least: .infinity)
    for state in grammar.states {
      let value: Value
      switch state.kind {
      case .fixed(let symbols):
        value =
          symbols.isEmpty
          ? .nothing : Value(canBeEmpty: false, least: symbols.reduce(0) { $0 + single[$1] })
      case .primitive(let symbols):
        value = Value(canBeEmpty: false, least: symbols.compactMap { $0 }.map { single[$0] }.min() ?? .infinity)
      case .parallel(_, let language):
        value = language.members.keys.map {
          $0 < 0 ? .nothing : Value(canBeEmpty: false, least: single[$0])
        }.reduce(none, |)
      case .sequence(let parts): value = parts.map { values[$0] }.reduce(.nothing, +)
      case .choice(let parts, _): value = parts.compactMap { $0.map { values[$0] } }.reduce(none, |)
      case .repetition(let body, let times):
        var (sum, power) = (none, Value.nothing)
        for count in 0...times.upperBound {
          if times.contains(count) { sum = sum | power }
          if let body { power = power + values[body] }
        }
        value = sum
      }
      values.append(value)
    }
  }
}

extension Constraint {
  /// Whether its value is a sum over the layers as the grammar has them.
  func isLinear(in file: SpaceFile) -> Bool {
    guard file.normalize.parameters != nil else { return true }
    switch quantity {
    case .parameters, .flops: return false
    case .state, .layers, .share: return true
    }
  }

  /// The constraint as an upper bound on a sum over layers: Σ value(layer) + `constant` ≤ 0. One for each bound.
  func linear(_ symbols: SymbolTable) -> [(bound: Double, isMost: Bool, constant: Double, value: (Int) -> Double)] {
    let surroundings = symbols.meter.surroundings
    func cost(_ value: @escaping (CostSummary) -> Double) -> [(Double, Bool, Double, (Int) -> Double)] {
      let constant = value(surroundings)
      let most = bounds.max.map { most in
        (most, true, constant - most, { (symbol: Int) in value(symbols[symbol].costs) })
      }
      let least = bounds.min.map { least in
        (least, false, least - constant, { (symbol: Int) in -value(symbols[symbol].costs) })
      }
      return [most, least].compactMap { $0 }
    }
    switch quantity {
    case .parameters: return cost { Double($0.parameters) }
    case .state: return cost { Double($0.state) }
    case .flops: return cost { $0.forwardFLOPs }
    case .layers: return cost { Double($0.layers) }
    case .share:
      guard let share else { return [] }
      func value(_ bound: Double, _ sign: Double) -> (Int) -> Double {
        { symbol in
          let counts = share.counts(symbols[symbol].members)
          return sign * (Double(counts.counted) - bound * Double(counts.among))
        }
      }
      // A hair of room for bounds such as 1/3 that are no finite binary numbers.
      let most = bounds.max.map { ($0, true, -1e-9, value($0, 1)) }
      let least = bounds.min.map { ($0, false, -1e-9, value($0, -1)) }
      return [most, least].compactMap { $0 }
    }
  }
}

extension Space {
  /// Constraints that no layout meets: each alone exactly, all together by sampling.
  func checkConstraints() throws(ConfigurationErrors) {
    var problems = Problems()
    for constraint in constraints where constraint.isLinear(in: file) {
      for (bound, isMost, constant, value) in constraint.linear(grammar.symbols) {
        let least = LeastSums(grammar, value).values[grammar.start].least
        guard least + constant > 0 else { continue }
        let nearest =
          if case .share = constraint.quantity {
            "every layout of the grammar has \(isMost ? "more" : "less")"
          } else {
            "\(constraint.quantity) of the grammar's layouts "
              + (isMost ? "start at " : "end at ") + NumberText.short(abs(least + constant + (isMost ? bound : -bound)))
          }
        problems.add(
          "\(constraint.path).\(isMost ? "max" : "min")",
          "no layout meets it: \(nearest), \(isMost ? "at most" : "at least") \(NumberText.short(bound)) is allowed")
      }
    }
    try problems.check()
    guard !constraints.isEmpty else { return }
    var random = RandomStream(seed: file.seed, "feasibility")
    if sample(using: &random) == nil {
      let nearest = nearestToFeasible(using: &random)
      throw ConfigurationErrors([
        .init(
          path: "$.constraints",
          reason: "none of \(Self.maximumAttempts) sampled layouts meets all constraints together (sampled, not proven)"
            + (nearest.map {
              "; nearest is '\($0.layout)': \($0.violations.map(\.description).joined(separator: ", "))"
            } ?? ""))
      ])
    }
  }

  /// The sampled layout that lies least beyond the constraints.
  func nearestToFeasible(using random: inout RandomStream, samples: Int = maximumAttempts) -> Proposal? {
    let sampler = Sampler(grammar)
    var best: Proposal?
    for _ in 0..<samples {
      guard let proposal = proposal(of: sampler.derivation(using: &random)) else { continue }
      if proposal.excess < best?.excess ?? .infinity { best = proposal }
    }
    return best
  }
}
