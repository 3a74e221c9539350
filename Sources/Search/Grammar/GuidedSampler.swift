import Engine

/// Draws derivations with an eye on constraints: an alternative whose cheapest completion already goes beyond one is not
/// taken. For spaces in which blind draws rarely meet the constraints; the draws are not uniform.
struct GuidedSampler: Sendable {
  /// A constraint as Σ value(layer) + constant ≤ 0, with the least sum of each state.
  private struct Limit: Sendable {
    let constant: Double
    let values: [Double]
    let least: [Double]
  }

  private let grammar: Grammar
  private let limits: [Limit]

  /// - Returns: none if there are no constraints on sums over layers.
  init?(_ grammar: Grammar, _ constraints: [Constraint]) {
    self.grammar = grammar
    limits = constraints.flatMap { $0.linear(grammar.symbols) }.map { _, _, constant, value in
      Limit(
        constant: constant, values: grammar.symbols.symbols.indices.map(value),
        least: LeastSums(grammar, value).values.map(\.overall))
    }
    if limits.isEmpty { return nil }
  }

  /// - Returns: none if the draw came to a dead end.
  func derivation(using random: inout RandomStream) -> Derivation? {
    var slack = limits.map { -($0.constant + $0.least[grammar.start]) + 1e-9 * abs($0.constant) }
    return tree(grammar.start, &slack, &random).map(Derivation.init(root:))
  }

  /// The alternatives that leave slack in every limit, where `least` is the cheapest and `cost` what each costs.
  private func affordable(
    _ candidates: [Int], _ slack: [Double], above state: Int, cost: (Limit, Int) -> Double
  ) -> [Int] {
    candidates.filter { candidate in
      limits.indices.allSatisfy { cost(limits[$0], candidate) - limits[$0].least[state] <= slack[$0] }
    }
  }

  private func spend(_ slack: inout [Double], above state: Int, cost: (Limit) -> Double) {
    for index in limits.indices { slack[index] -= cost(limits[index]) - limits[index].least[state] }
  }

  private func tree(_ state: Int, _ slack: inout [Double], _ random: inout RandomStream) -> Derivation.Node? {
    let rule = grammar.states[state].node
    switch grammar.states[state].kind {
    case .fixed: return .init(rule)
    case .primitive(let symbols):
      let possible = affordable(symbols.indices.filter { symbols[$0] != nil }, slack, above: state) {
        $0.values[symbols[$1] ?? 0]
      }
      guard !possible.isEmpty else { return nil }
      let choice = possible[random.integer(below: possible.count)]
      spend(&slack, above: state) { $0.values[symbols[choice] ?? 0] }
      return .init(rule, choice: choice)
    case .choice(let parts, let weights):
      let possible = affordable(parts.indices.filter { parts[$0] != nil }, slack, above: state) {
        $0.least[parts[$1] ?? 0]
      }
      guard !possible.isEmpty else { return nil }
      let choice = possible[random.index(weights: possible.map { weights[$0] })]
      guard let part = parts[choice] else { return nil }
      spend(&slack, above: state) { $0.least[part] }
      return tree(part, &slack, &random).map { .init(rule, choice: choice, [$0]) }
    case .sequence(let parts): return trees(parts, &slack, &random).map { .init(rule, $0) }
    case .repetition(let body, let times):
      guard let body else { return .init(rule) }
      let possible = affordable(Array(times), slack, above: state) { Double($1) * $0.least[body] }
      guard !possible.isEmpty else { return nil }
      let count = possible[random.integer(below: possible.count)]
      spend(&slack, above: state) { Double(count) * $0.least[body] }
      return trees([Int](repeating: body, count: count), &slack, &random).map { .init(rule, $0) }
    case .parallel(let members, let language):
      func cost(_ limit: Limit, _ symbol: Int) -> Double { symbol < 0 ? 0 : limit.values[symbol] }
      let possible = affordable(language.members.keys.sorted(), slack, above: state, cost: cost)
      guard !possible.isEmpty else { return nil }
      let symbol = possible[random.integer(below: possible.count)]
      guard let groups = language.members[symbol] else { return nil }
      spend(&slack, above: state) { cost($0, symbol) }
      let layers = groups[random.integer(below: groups.count)].layers
      let parts = zip(members, layers).compactMap { member, layer -> Derivation.Node? in
        let word = layer < 0 ? [] : [layer]
        return LayoutParser(grammar, word).tree(member, 0, word.count)
      }
      return parts.count == members.count ? .init(rule, parts) : nil
    }
  }

  /// Draws parts in random order, so that none of them has the first go at what is left.
  private func trees(_ states: [Int], _ slack: inout [Double], _ random: inout RandomStream) -> [Derivation.Node]? {
    var order = Array(states.indices)
    for place in order.indices.dropFirst() { order.swapAt(place, random.integer(below: place + 1)) }
    var trees = [Derivation.Node?](repeating: nil, count: states.count)
    for place in order {
      guard let tree = tree(states[place], &slack, &random) else { return nil }
      trees[place] = tree
    }
    return trees.compactMap { $0 }
  }
}
