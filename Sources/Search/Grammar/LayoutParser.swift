import Layouts

/// Finds the derivations of a word: which states derive the layers from one place to another, and in how many ways.
///
/// A chart parser from the top down (memoised by state and start). The grammar has no cycles, so it ends.
final class LayoutParser {
  /// Where a derivation ends, and how many there are.
  struct End {
    let place: Int
    let ways: Double
  }

  private let grammar: Grammar
  private let word: [Int]
  private var known: [Int: [End]] = [:]

  init(_ grammar: Grammar, _ word: [Int]) { (self.grammar, self.word) = (grammar, word) }

  /// Where derivations from `state` that start at layer `start` end, in order.
  func ends(_ state: Int, from start: Int) -> [End] {
    let key = state * (word.count + 1) + start
    if let ends = known[key] { return ends }
    let ends = find(state, from: start)
    known[key] = ends
    return ends
  }

  private func find(_ state: Int, from start: Int) -> [End] {
    switch grammar.states[state].kind {
    case .fixed(let symbols):
      return word[start...].starts(with: symbols) ? [End(place: start + symbols.count, ways: 1)] : []
    case .primitive(let symbols):
      guard start < word.count else { return [] }
      let ways = symbols.count { $0 == word[start] }
      return ways > 0 ? [End(place: start + 1, ways: Double(ways))] : []
    case .parallel(_, let language):
      var ends: [Int: Double] = [:]
      func add(_ symbol: Int, _ end: Int) {
        let ways = language.members[symbol]?.reduce(0) { $0 + $1.derivations } ?? 0
        if ways > 0 { ends[end] = ways }
      }
      add(-1, start)
      if start < word.count { add(word[start], start + 1) }
      return sorted(ends)
    case .choice(let parts, _):
      var ends: [Int: Double] = [:]
      for case let part? in parts {
        for end in self.ends(part, from: start) { ends[end.place, default: 0] += end.ways }
      }
      return sorted(ends)
    case .sequence(let parts):
      return parts.reduce([End(place: start, ways: 1)]) { follow($0, by: $1) }
    case .repetition(let body, let times):
      var ends: [Int: Double] = [:]
      var reached = [End(place: start, ways: 1)]
      for count in 0...times.upperBound {
        if times.contains(count) { for end in reached { ends[end.place, default: 0] += end.ways } }
        guard let body, count < times.upperBound else { break }
        reached = follow(reached, by: body)
        if reached.isEmpty { break }
      }
      return sorted(ends)
    }
  }

  private func follow(_ ends: [End], by state: Int) -> [End] {
    var next: [Int: Double] = [:]
    for before in ends {
      for end in self.ends(state, from: before.place) { next[end.place, default: 0] += before.ways * end.ways }
    }
    return sorted(next)
  }

  private func sorted(_ ends: [Int: Double]) -> [End] {
    ends.map { End(place: $0.key, ways: $0.value) }.sorted { $0.place < $1.place }
  }

  private func reaches(_ state: Int, _ start: Int, _ end: Int) -> Bool {
    ends(state, from: start).contains { $0.place == end }
  }

  // MARK: Derivations

  /// In how many ways the grammar derives the word.
  var derivations: Double { ends(grammar.start, from: 0).first { $0.place == word.count }?.ways ?? 0 }

  /// A derivation of the word; of several, the one with the first alternatives and the fewest repeats.
  func derivation() -> Derivation? {
    tree(grammar.start, 0, word.count).map(Derivation.init(root:))
  }

  /// A derivation of the layers from `start` to `end`.
  func tree(_ state: Int, _ start: Int, _ end: Int) -> Derivation.Node? {
    guard reaches(state, start, end) else { return nil }
    let rule = grammar.states[state].node
    switch grammar.states[state].kind {
    case .fixed: return .init(rule)
    case .primitive(let symbols):
      return symbols.firstIndex { $0 == word[start] }.map { .init(rule, choice: $0) }
    case .choice(let parts, _):
      for (choice, part) in parts.enumerated() {
        if let part, let tree = tree(part, start, end) { return .init(rule, choice: choice, [tree]) }
      }
      return nil
    case .sequence(let parts): return trees(parts, start, end).map { .init(rule, $0) }
    case .repetition(let body, let times):
      guard let body else { return start == end ? .init(rule) : nil }
      var reached = [End(place: start, ways: 1)]
      for count in 0...times.upperBound {
        if times.contains(count), reached.contains(where: { $0.place == end }) {
          return trees([Int](repeating: body, count: count), start, end).map { .init(rule, $0) }
        }
        reached = follow(reached, by: body)
      }
      return nil
    case .parallel(let members, let language):
      guard let layers = language.members[start < end ? word[start] : -1]?.first?.layers else { return nil }
      let parts = zip(members, layers).compactMap { member, layer -> Derivation.Node? in
        let layer = layer < 0 ? [] : [layer]
        return LayoutParser(grammar, layer).tree(member, 0, layer.count)
      }
      return parts.count == members.count ? .init(rule, parts) : nil
    }
  }

  /// Derivations of states one after the other.
  private func trees(_ states: [Int], _ start: Int, _ end: Int) -> [Derivation.Node]? {
    var reached = [[End(place: start, ways: 1)]]
    for state in states { reached.append(follow(reached[reached.count - 1], by: state)) }
    var trees: [Derivation.Node] = []
    var end = end
    for (index, state) in states.enumerated().reversed() {
      guard let before = reached[index].first(where: { reaches(state, $0.place, end) }),
        let tree = tree(state, before.place, end)
      else { return nil }
      trees.append(tree)
      end = before.place
    }
    return trees.reversed()
  }
}

extension Space {
  /// A derivation of a layout; none if it is not in the grammar.
  public func parse(_ layout: Layout) -> Derivation? {
    if let derivation = word(layout).flatMap({ LayoutParser(grammar, $0).derivation() }) { return derivation }
    return unfitted(layout).flatMap(word).flatMap { LayoutParser(grammar, $0).derivation() }
  }

  /// The layout's layers as the grammar's symbols; none if the grammar lacks one.
  func word(_ layout: Layout) -> [Int]? {
    var word: [Int] = []
    for layer in layout.layers {
      guard let symbol = grammar.symbols.find(layer) else { return nil }
      word.append(symbol)
    }
    return word
  }
}
