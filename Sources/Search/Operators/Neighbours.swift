import Engine
import Foundation

extension Space {
  /// Rules with more derivations than this are sampled where one is replaced or inserted.
  private static let enumeratedDerivations = 64.0
  private static let sampledDerivations = 8

  /// All layouts that are one edit away and meet the constraints, each once, in a fixed order: every other value of an
  /// option, every other alternative of a choice, every insertion, deletion, duplication and swap. Of alternatives and
  /// insertions with more than 64 derivations there are 8 samples.
  public func neighbours(of parent: Proposal, using random: inout RandomStream) -> [Proposal] {
    guard let derivation = parent.derivation ?? nearest(to: parent.layout)?.derivation else { return [] }
    var found: [Proposal] = []
    var seen: Set<String> = [parent.layout.canonical]
    func add(_ child: Derivation) {
      guard grammar.derives(grammar.start, child.root), let proposal = proposal(of: child), proposal.isFeasible,
        seen.insert(proposal.layout.canonical).inserted
      else { return }
      found.append(proposal)
    }
    let sites = grammar.sites(derivation)
    for (index, site) in sites.enumerated() {
      for tree in replacements(at: site, using: &random) { add(derivation.replacing(site.path, with: tree)) }
      for other in sites[(index + 1)...] where grammar.canSwap(site, other) { add(derivation.swapping(site, other)) }
    }
    return found
  }

  private func replacements(at site: Site, using random: inout RandomStream) -> [Derivation.Node] {
    let rule = site.tree.rule
    switch grammar.states[site.state].kind {
    case .fixed, .sequence, .parallel: return []
    case .primitive: return grammar.otherOptions(at: site).map { .init(rule, choice: $0) }
    case .choice(let parts, _):
      var trees: [Derivation.Node] = []
      for (choice, part) in parts.enumerated() where choice != site.tree.choice {
        guard let part else { continue }
        trees += self.trees(part, using: &random).map { .init(rule, choice: choice, [$0]) }
      }
      return trees
    case .repetition(let body, let times):
      guard let body else { return [] }
      let parts = site.tree.parts
      var lists: [[Derivation.Node]] = []
      for place in parts.indices where parts.count > times.lowerBound {
        lists.append(Array(parts[..<place]) + parts[(place + 1)...])
      }
      if parts.count < times.upperBound {
        for place in parts.indices { lists.append(Array(parts[...place]) + parts[place...]) }
        let bodies = trees(body, using: &random)
        for place in 0...parts.count {
          for tree in bodies { lists.append(Array(parts[..<place]) + [tree] + parts[place...]) }
        }
      }
      return lists.map { .init(rule, $0) }
    }
  }

  /// All derivations from a state, or some if there are many.
  private func trees(_ state: Int, using random: inout RandomStream) -> [Derivation.Node] {
    if grammar.states[state].logDerivations <= log(Self.enumeratedDerivations) + 1e-9 {
      return grammar.allTrees(state)
    }
    return (0..<Self.sampledDerivations).map { _ in Sampler(grammar).tree(state, using: &random) }
  }
}

extension Grammar {
  /// All derivations from a state, of which there must be few.
  func allTrees(_ state: Int) -> [Derivation.Node] {
    let rule = states[state].node
    switch states[state].kind {
    case .fixed: return [.init(rule)]
    case .primitive(let symbols):
      return symbols.indices.filter { symbols[$0] != nil }.map { .init(rule, choice: $0) }
    case .choice(let parts, _):
      return parts.indices.flatMap { choice in
        (parts[choice].map(allTrees) ?? []).map { .init(rule, choice: choice, [$0]) }
      }
    case .sequence(let parts), .parallel(let parts, _): return product(parts).map { .init(rule, $0) }
    case .repetition(let body, let times):
      return times.flatMap { count in
        product(body.map { [Int](repeating: $0, count: count) } ?? []).map { .init(rule, $0) }
      }
    }
  }

  private func product(_ states: [Int]) -> [[Derivation.Node]] {
    states.reduce([[]]) { lists, state in
      let trees = allTrees(state)
      return lists.flatMap { list in trees.map { list + [$0] } }
    }
  }
}
