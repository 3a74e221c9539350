import Engine
import Foundation

/// How many distinct layouts a space holds, its constraints aside.
public enum LayoutCount: Sendable {
  case exact(NaturalNumber)
  /// By sampling: the decimal logarithm of the number, and its standard error in proportion to the number.
  case estimate(log10: Double, relativeError: Double)

  /// The decimal logarithm.
  public var log10: Double {
    switch self {
    case .exact(let number): number.logarithm / log(10)
    case .estimate(let log10, _): log10
    }
  }
}

extension Space {
  /// Counts the distinct layouts of the grammar: exactly by a deterministic automaton if that does not get too large, else
  /// by an estimate without bias, the number of derivations times the mean of 1 / derivations of the layout over derivations
  /// that are drawn uniformly.
  /// - Parameter samples: of the estimate.
  public func countLayouts(samples: Int = 2000, limit: Int = 2_000_000) -> LayoutCount {
    if let automaton = automaton ?? LayoutAutomaton(grammar, limit: limit) { return .exact(automaton.count) }
    var random = RandomStream(seed: file.seed, "count")
    let sampler = Sampler(grammar, .derivations)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<samples {
      let word = grammar.word(sampler.derivation(using: &random))
      let share = word.isEmpty ? 0 : 1 / max(LayoutParser(grammar, word).derivations, 1)
      sum += share
      squares += share * share
    }
    let mean = sum / Double(samples)
    let variance = max(squares / Double(samples) - mean * mean, 0)
    let derivations = grammar.states[grammar.start].logDerivations
    return .estimate(
      log10: (derivations + log(max(mean, 1e-300))) / log(10),
      relativeError: (variance / Double(samples)).squareRoot() / max(mean, 1e-300))
  }

  /// All layouts of the space that meet the constraints, or none if the grammar holds more than `limit` layouts.
  public func allProposals(limit: Int) -> [Proposal]? {
    guard let words = (automaton ?? LayoutAutomaton(grammar, limit: 50 * limit + 10_000))?.words(limit: limit) else {
      return nil
    }
    return words.compactMap { word in
      LayoutParser(grammar, word).derivation().flatMap(proposal)
    }.filter(\.isFeasible)
  }
}
