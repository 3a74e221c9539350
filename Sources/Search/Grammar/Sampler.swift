import Engine
import Foundation

/// Draws derivations.
struct Sampler {
  /// What the draws are uniform over.
  enum Measure {
    /// The alternatives of each choice, by their weights, and the repeat counts.
    case choices
    /// The derivations.
    case derivations
  }

  let grammar: Grammar
  let measure: Measure

  init(_ grammar: Grammar, _ measure: Measure = .choices) { (self.grammar, self.measure) = (grammar, measure) }

  func derivation(using random: inout RandomStream) -> Derivation {
    Derivation(root: tree(grammar.start, using: &random))
  }

  func tree(_ state: Int, using random: inout RandomStream) -> Derivation.Node {
    let rule = grammar.states[state].node
    switch grammar.states[state].kind {
    case .fixed: return .init(rule)
    case .primitive(let symbols):
      let possible = symbols.indices.filter { symbols[$0] != nil }
      return .init(rule, choice: possible[random.integer(below: possible.count)])
    case .choice(let parts, let weights):
      let place: Int
      switch measure {
      case .choices: place = random.index(weights: parts.indices.map { parts[$0] == nil ? 0 : weights[$0] })
      case .derivations:
        place = random.index(logWeights: parts.map { $0.map { grammar.states[$0].logDerivations } ?? -.infinity })
      }
      return .init(rule, choice: place, parts[place].map { [tree($0, using: &random)] } ?? [])
    case .sequence(let parts), .parallel(let parts, _):
      return .init(rule, parts.map { tree($0, using: &random) })
    case .repetition(let body, let times):
      guard let body else { return .init(rule) }
      var count = times.lowerBound
      switch measure {
      case .choices: count += random.integer(below: times.count)
      case .derivations:
        let each = grammar.states[body].logDerivations
        count += random.index(logWeights: times.map { Double($0) * each })
      }
      return .init(rule, (0..<count).map { _ in tree(body, using: &random) })
    }
  }
}

extension RandomStream {
  /// An index, each with a probability in proportion to its weight. At least one weight must be above 0.
  mutating func index(weights: [Double]) -> Int {
    var rest = uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() where weight > 0 {
      if rest < weight { return index }
      rest -= weight
    }
    // Rounding: the last that is possible.
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// The same with the logarithms of the weights.
  mutating func index(logWeights: [Double]) -> Int {
    let most = logWeights.max() ?? 0
    return index(weights: logWeights.map { exp($0 - most) })
  }
}
