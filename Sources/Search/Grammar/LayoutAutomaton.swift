import Engine

/// A deterministic automaton of a grammar's layouts: each layout is one path, so that distinct layouts can be counted and
/// drawn.
///
/// Its states are sets of what is still to be derived (Antimirov's partial derivatives), built from the start on. Layers
/// that are alternatives of each other wherever they stand are one class and one edge.
struct LayoutAutomaton: Sendable {
  struct Edge: Sendable {
    let layers: [Int]
    let target: Int
  }

  struct State: Sendable {
    let isEnd: Bool
    let edges: [Edge]
    /// How many layouts go on from here.
    let count: NaturalNumber
    let logCount: Double
  }

  /// The targets of a state's edges come before it.
  let states: [State]
  let start: Int

  /// - Parameter limit: of the work, in continuations and states.
  /// - Returns: none if the automaton is too large.
  init?(_ grammar: Grammar, limit: Int = 200_000) {
    var builder = AutomatonBuilder(grammar, limit: limit)
    guard let start = builder.build() else { return nil }
    (states, self.start) = (builder.states, start)
  }

  /// The number of layouts of at least one layer.
  var count: NaturalNumber { states[start].isEnd ? states[start].count.predecessor : states[start].count }

  /// A layout, all with the same probability.
  func word(using random: inout RandomStream) -> [Int] {
    while true {
      var word: [Int] = []
      var state = states[start]
      while true {
        let logs = state.edges.map { states[$0.target].logCount + log($0.layers.count) }
        let choice = random.index(logWeights: logs + (state.isEnd ? [0] : []))
        guard choice < logs.count else { break }
        let edge = state.edges[choice]
        word.append(edge.layers[random.integer(below: edge.layers.count)])
        state = states[edge.target]
      }
      if !word.isEmpty { return word }
    }
  }

  private func log(_ count: Int) -> Double { NaturalNumber(count).logarithm }

  /// All layouts, or none if there are more than `limit`.
  func words(limit: Int) -> [[Int]]? {
    guard let total = count.integer, total <= limit else { return nil }
    var words: [[Int]] = []
    func visit(_ state: Int, _ word: [Int]) {
      if states[state].isEnd, !word.isEmpty { words.append(word) }
      for edge in states[state].edges { for layer in edge.layers { visit(edge.target, word + [layer]) } }
    }
    visit(start, [])
    return words
  }
}

private struct AutomatonBuilder {
  /// What is to be derived next.
  private enum Item: Hashable {
    case layer(Int)
    case state(Int)
    case times(Int, least: Int, most: Int)
  }

  /// An item and, by its number, what comes after it.
  private struct Continuation: Hashable {
    let item: Item
    let next: Int
  }

  /// What can come first: a layer of some set, and by number what is left then.
  private struct Head: Hashable {
    let layers: Int
    let next: Int
  }

  private let grammar: Grammar
  private let limit: Int
  private var work = 0
  /// Number 0 is the end.
  private var continuations: [Continuation?] = [nil]
  private var numbers: [Continuation: Int] = [:]
  private var heads: [Int: (heads: [Head], isEnd: Bool)] = [:]
  /// Sets of layers, and as sets of classes.
  private var sets: [[Int]] = []
  private var setNumbers: [[Int]: Int] = [:]
  private var classes: [[Int]] = []
  private var classesOfSet: [[Int]] = []
  private(set) var states: [LayoutAutomaton.State] = []

  init(_ grammar: Grammar, limit: Int) {
    (self.grammar, self.limit) = (grammar, limit)
    for state in grammar.states {
      switch state.kind {
      case .fixed(let symbols): for symbol in symbols { add([symbol]) }
      case .primitive(let symbols): add(symbols.compactMap { $0 })
      case .parallel(_, let language): add(language.members.keys.filter { $0 >= 0 })
      default: break
      }
    }
    // Layers that are in the same sets are one class.
    var membership: [Int: [Int]] = [:]
    for (number, set) in sets.enumerated() { for layer in set { membership[layer, default: []].append(number) } }
    var bySets: [[Int]: [Int]] = [:]
    for (layer, numbers) in membership.sorted(by: { $0.key < $1.key }) { bySets[numbers, default: []].append(layer) }
    classesOfSet = [[Int]](repeating: [], count: sets.count)
    for (numbers, layers) in bySets.sorted(by: { $0.value[0] < $1.value[0] }) {
      for number in numbers { classesOfSet[number].append(classes.count) }
      classes.append(layers)
    }
  }

  private mutating func add(_ layers: [Int]) {
    let set = Set(layers).sorted()
    guard !set.isEmpty, setNumbers[set] == nil else { return }
    setNumbers[set] = sets.count
    sets.append(set)
  }

  private func set(_ layers: [Int]) -> Int? { setNumbers[Set(layers).sorted()] }

  private mutating func push(_ item: Item, before next: Int) -> Int {
    let continuation = Continuation(item: item, next: next)
    if let number = numbers[continuation] { return number }
    numbers[continuation] = continuations.count
    continuations.append(continuation)
    work += 1
    return continuations.count - 1
  }

  /// What can come first of a continuation.
  private mutating func heads(of number: Int) -> (heads: [Head], isEnd: Bool) {
    if let known = heads[number] { return known }
    var found: Set<Head> = []
    var isEnd = false
    var seen: Set<Int> = []
    var open = [number]
    while let number = open.popLast(), work < limit {
      guard seen.insert(number).inserted else { continue }
      work += 1
      guard let continuation = continuations[number] else {
        isEnd = true
        continue
      }
      let next = continuation.next
      switch continuation.item {
      case .layer(let layer): if let set = set([layer]) { found.insert(Head(layers: set, next: next)) }
      case .times(let body, let least, let most):
        if least == 0 { open.append(next) }
        if most > 0 {
          let rest =
            most > 1 ? push(.times(body, least: max(least - 1, 0), most: most - 1), before: next) : next
          open.append(push(.state(body), before: rest))
        }
      case .state(let state):
        switch grammar.states[state].kind {
        case .fixed(let symbols):
          open.append(symbols.reversed().reduce(next) { push(.layer($1), before: $0) })
        case .primitive(let symbols):
          if let set = set(symbols.compactMap { $0 }) { found.insert(Head(layers: set, next: next)) }
        case .parallel(_, let language):
          if language.members[-1] != nil { open.append(next) }
          if let set = set(language.members.keys.filter { $0 >= 0 }) { found.insert(Head(layers: set, next: next)) }
        case .sequence(let parts): open.append(parts.reversed().reduce(next) { push(.state($1), before: $0) })
        case .choice(let parts, _): open += parts.compactMap { $0 }.map { push(.state($0), before: next) }
        case .repetition(let body, let times):
          if let body {
            open.append(push(.times(body, least: times.lowerBound, most: times.upperBound), before: next))
          } else {
            open.append(next)
          }
        }
      }
    }
    let sorted = found.sorted { ($0.layers, $0.next) < ($1.layers, $1.next) }
    heads[number] = (sorted, isEnd)
    return (sorted, isEnd)
  }

  /// The edges of a set of continuations: classes of layers, and the set that each leads to.
  private mutating func edges(of subset: [Int]) -> (edges: [(layers: [Int], target: [Int])], isEnd: Bool) {
    var targets: [Int: Set<Int>] = [:]
    var isEnd = false
    for number in subset {
      let (heads, ends) = heads(of: number)
      isEnd = isEnd || ends
      for head in heads {
        for layers in classesOfSet[head.layers] {
          targets[layers, default: []].insert(head.next)
          work += 1
        }
      }
    }
    var byTarget: [[Int]: [Int]] = [:]
    for (layers, target) in targets.sorted(by: { $0.key < $1.key }) {
      byTarget[target.sorted(), default: []] += classes[layers]
    }
    let edges = byTarget.map { (layers: $0.value, target: $0.key) }.sorted { $0.layers[0] < $1.layers[0] }
    return (edges, isEnd)
  }

  /// - Returns: the start, or none if there is too much work.
  mutating func build() -> Int? {
    var known: [[Int]: Int] = [:]
    var open: [(subset: [Int], edges: [(layers: [Int], target: [Int])], isEnd: Bool)] = []
    func enter(_ subset: [Int], _ builder: inout Self) {
      let (edges, isEnd) = builder.edges(of: subset)
      open.append((subset, edges, isEnd))
    }
    let first = [push(.state(grammar.start), before: 0)]
    enter(first, &self)
    while let top = open.last {
      guard work < limit else { return nil }
      if let next = top.edges.first(where: { known[$0.target] == nil }) {
        enter(next.target, &self)
        continue
      }
      open.removeLast()
      guard known[top.subset] == nil else { continue }
      var count = NaturalNumber(top.isEnd ? 1 : 0)
      var edges: [LayoutAutomaton.Edge] = []
      for edge in top.edges {
        guard let target = known[edge.target] else { continue }
        count = count + states[target].count * edge.layers.count
        edges.append(.init(layers: edge.layers, target: target))
      }
      known[top.subset] = states.count
      work += 1 + count.size
      states.append(.init(isEnd: top.isEnd, edges: edges, count: count, logCount: count.logarithm))
    }
    return known[first]
  }
}
