import Foundation
import Architecture
import Layouts

extension Space {
  /// More layers of a layout, and more steps of the search, than this are not searched.
  private static let maximumAlignedLayers = 128
  private static let maximumAlignmentSteps = 3e8

  /// The layout of the grammar that is the fewest edits of layers away from a layout outside it: so a seed breeds as far as
  /// it parses. A layer can be left out, put in, or replaced; other options of the same primitive count half.
  /// - Returns: none if the layout or the grammar is too large for the search.
  public func nearest(to layout: Layout) -> Proposal? {
    let layers = (unfitted(layout) ?? layout).layers
    let steps = Double(grammar.states.count) * pow(Double(layers.count), 3)
    guard layers.count <= Self.maximumAlignedLayers, steps <= Self.maximumAlignmentSteps else { return nil }
    return LayoutAligner(grammar, layers).derivation().flatMap(proposal)
  }
}

/// Aligns a layout with the grammar: the least edits for each state and each range of layers (a parser that corrects
/// errors; Aho and Peterson, SIAM J. Comput. 1972).
private final class LayoutAligner {
  private let grammar: Grammar
  private let count: Int
  /// What it costs to have one of the grammar's symbols in place of a layer.
  private let substitution: [[Double]]
  private var known: [Int: [Double]] = [:]

  init(_ grammar: Grammar, _ layers: [[LayerPrimitive]]) {
    self.grammar = grammar
    count = layers.count
    let texts = layers.map { $0.map(\.canonical).joined(separator: "|") }
    let names = layers.map { $0.map { $0.type.specification.name } }
    substitution = grammar.symbols.symbols.map { symbol in
      let own = symbol.members.map { $0.type.specification.name }
      return layers.indices.map { texts[$0] == symbol.text ? 0 : names[$0] == own ? 0.5 : 1 }
    }
  }

  func derivation() -> Derivation? { tree(grammar.start, 0, count).map(Derivation.init(root:)) }

  /// The least edits for the layers from `start` to each end; infinite before the start.
  private func costs(_ state: Int, from start: Int) -> [Double] {
    let key = state * (count + 1) + start
    if let costs = known[key] { return costs }
    let costs = find(state, from: start)
    known[key] = costs
    return costs
  }

  /// One of some symbols in place of a range of layers: the best of them stands for one layer, the others are left out.
  private func single(_ symbols: [Int], _ start: Int, _ end: Int) -> (symbol: Int, cost: Double)? {
    var best: (symbol: Int, cost: Double)?
    for symbol in symbols {
      let nearest = (start..<end).map { substitution[symbol][$0] }.min()
      let cost = nearest.map { $0 + Double(end - start - 1) } ?? 1
      if cost < best?.cost ?? .infinity { best = (symbol, cost) }
    }
    return best
  }

  private func symbols(_ state: Int) -> [Int] {
    switch grammar.states[state].kind {
    case .primitive(let symbols): symbols.compactMap { $0 }
    case .parallel(_, let language): language.members.keys.filter { $0 >= 0 }.sorted()
    default: []
    }
  }

  private func start(_ place: Int) -> [Double] { (0...count).map { $0 == place ? 0 : .infinity } }

  private func find(_ state: Int, from start: Int) -> [Double] {
    let ends = 0...count
    switch grammar.states[state].kind {
    case .fixed(let symbols): return symbols.reduce(skipping(start)) { follow($0, symbol: $1) }
    case .primitive:
      let symbols = symbols(state)
      return ends.map { $0 < start ? .infinity : single(symbols, start, $0)?.cost ?? .infinity }
    case .parallel(_, let language):
      let symbols = symbols(state)
      return ends.map { end in
        guard end >= start else { return .infinity }
        let none = language.members[-1] == nil ? .infinity : Double(end - start)
        return min(none, single(symbols, start, end)?.cost ?? .infinity)
      }
    case .choice(let parts, _):
      let all = parts.compactMap { $0.map { costs($0, from: start) } }
      return ends.map { end in all.map { $0[end] }.min() ?? .infinity }
    case .sequence(let parts): return parts.reduce(self.start(start)) { follow($0, by: $1) }
    case .repetition(let body, let times):
      guard let body else { return skipping(start) }
      var best = times.lowerBound == 0 ? skipping(start) : ends.map { _ in .infinity }
      var reached = self.start(start)
      for times in levels(times) {
        reached = follow(reached, by: body)
        if times.counts { best = zip(best, reached).map(min) }
      }
      return best
    }
  }

  /// The counts from 1 to the most, and whether each is allowed.
  private func levels(_ times: ClosedRange<Int>) -> [(count: Int, counts: Bool)] {
    times.upperBound < 1 ? [] : (1...times.upperBound).map { ($0, times.contains($0)) }
  }

  /// Layers that are left out where nothing is derived.
  private func skipping(_ start: Int) -> [Double] { (0...count).map { $0 < start ? .infinity : Double($0 - start) } }

  private func follow(_ costs: [Double], by state: Int) -> [Double] {
    var next = [Double](repeating: .infinity, count: count + 1)
    for start in 0...count where costs[start] < .infinity {
      let part = self.costs(state, from: start)
      for end in start...count { next[end] = min(next[end], costs[start] + part[end]) }
    }
    return next
  }

  private func follow(_ costs: [Double], symbol: Int) -> [Double] {
    (0...count).map { end in
      (0...end).map { costs[$0] + (single([symbol], $0, end)?.cost ?? .infinity) }.min() ?? .infinity
    }
  }

  // MARK: Derivations

  private func tree(_ state: Int, _ start: Int, _ end: Int) -> Derivation.Node? {
    let rule = grammar.states[state].node
    let cost = costs(state, from: start)[end]
    guard cost < .infinity else { return nil }
    switch grammar.states[state].kind {
    case .fixed: return .init(rule)
    case .primitive(let symbols):
      guard let best = single(self.symbols(state), start, end) else { return nil }
      return symbols.firstIndex { $0 == best.symbol }.map { .init(rule, choice: $0) }
    case .parallel(let members, let language):
      var symbol = -1
      if let best = single(symbols(state), start, end), language.members[-1] == nil || best.cost < Double(end - start) {
        symbol = best.symbol
      }
      guard let layers = language.members[symbol]?.first?.layers else { return nil }
      let parts = zip(members, layers).compactMap { member, layer -> Derivation.Node? in
        let word = layer < 0 ? [] : [layer]
        return LayoutParser(grammar, word).tree(member, 0, word.count)
      }
      return parts.count == members.count ? .init(rule, parts) : nil
    case .choice(let parts, _):
      for (choice, part) in parts.enumerated() {
        if let part, costs(part, from: start)[end] == cost {
          return tree(part, start, end).map { .init(rule, choice: choice, [$0]) }
        }
      }
      return nil
    case .sequence(let parts): return trees(parts, start, end).map { .init(rule, $0) }
    case .repetition(let body, let times):
      guard let body else { return .init(rule) }
      if times.lowerBound == 0, Double(end - start) == cost { return .init(rule) }
      var reached = self.start(start)
      for level in levels(times) {
        reached = follow(reached, by: body)
        if level.counts, reached[end] == cost {
          return trees([Int](repeating: body, count: level.count), start, end).map { .init(rule, $0) }
        }
      }
      return nil
    }
  }

  private func trees(_ states: [Int], _ start: Int, _ end: Int) -> [Derivation.Node]? {
    var reached = [self.start(start)]
    for state in states { reached.append(follow(reached[reached.count - 1], by: state)) }
    var trees: [Derivation.Node] = []
    var end = end
    for (index, state) in states.enumerated().reversed() {
      let cost = reached[index + 1][end]
      guard
        let before = (start...end).first(where: { reached[index][$0] + costs(state, from: $0)[end] == cost }),
        let tree = tree(state, before, end)
      else { return nil }
      trees.append(tree)
      end = before
    }
    return trees.reversed()
  }
}
