import Configuration
import Foundation

/// Unrolls the rules to their depth bounds: a graph without cycles, which holds what can be derived and nothing else.
struct Unroller {
  static let maximumStates = 100_000
  static let maximumNesting = 600
  static let maximumCombinations = 20_000

  private let nodes: [Grammar.Node]
  private(set) var symbols: SymbolTable
  /// The nodes with a depth bound, and for each node which of them can be reached.
  private let bounded: [Int]
  private let reachable: [Set<Int>]
  private var known: [[Int]: Int?] = [:]
  private(set) var states: [Grammar.State] = []
  private var problemPaths: Set<String> = []
  private var isTooLarge = false
  var problems = Problems()

  init(_ nodes: [Grammar.Node], symbols: SymbolTable) {
    (self.nodes, self.symbols) = (nodes, symbols)
    bounded = nodes.indices.filter { nodes[$0].depth != nil }
    var users = [[Int]](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() { for part in node.parts { users[part].append(id) } }
    var reachable = [Set<Int>](repeating: [], count: nodes.count)
    for (index, id) in bounded.enumerated() {
      var open = [id]
      while let node = open.popLast() {
        if reachable[node].insert(index).inserted { open += users[node] }
      }
    }
    self.reachable = reachable
  }

  /// - Parameter rules: the rules with names, in order.
  /// - Returns: the start's state, if the grammar has a language.
  mutating func unroll(_ start: Int, rules: [(name: String, id: Int)]) -> Int? {
    guard !findsUnboundedRecursion() else { return nil }
    let state = state(of: start, left: bounded.map { nodes[$0].depth ?? 0 }, nesting: 0)
    guard problems.errors.isEmpty else { return nil }
    let dead = Set(known.keys.map { $0[0] }).subtracting(states.map(\.node))
    for (name, id) in rules where dead.contains(id) {
      problems.add(
        GrammarBuilder.path(name),
        "no layout can be derived from it: every alternative needs a rule whose depth is used up")
    }
    if let state, states[state].layers.upperBound == 0 {
      problems.add(nodes[start].path, "it derives no layer at all, a layout needs at least one")
    }
    return state
  }

  /// A cycle of rules without a depth bound.
  private mutating func findsUnboundedRecursion() -> Bool {
    enum Mark { case open, done }
    var marks: [Int: Mark] = [:]
    var found = false
    for root in nodes.indices where marks[root] == nil && nodes[root].depth == nil {
      var stack: [(id: Int, parts: [Int])] = [(root, nodes[root].parts)]
      marks[root] = .open
      while let top = stack.last {
        guard let part = top.parts.first else {
          marks[top.id] = .done
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].parts.removeFirst()
        guard nodes[part].depth == nil else { continue }
        if marks[part] == .open {
          var names: [String] = []
          for id in stack.map(\.id).drop(while: { $0 != part }) + [part] where names.last != nodes[id].name {
            names.append(nodes[id].name)
          }
          if names.count == 1 { names += names }
          problems.add(
            nodes[part].path,
            "the rule leads back to itself without a bound (\(names.joined(separator: " → "))); "
              + "give a rule of the cycle a \"depth\", how often it may be open inside itself")
          found = true
        } else if marks[part] == nil {
          marks[part] = .open
          stack.append((part, nodes[part].parts))
        }
      }
    }
    return found
  }

  private mutating func report(_ path: String, _ reason: String) {
    if problemPaths.insert(path).inserted { problems.add(path, reason) }
  }

  // MARK: States

  private mutating func state(of id: Int, left: [Int], nesting: Int) -> Int? {
    let key = [id] + left.indices.map { reachable[id].contains($0) ? left[$0] : -1 }
    if let state = known[key] { return state }
    guard !isTooLarge else { return nil }
    guard states.count < Self.maximumStates, nesting < Self.maximumNesting else {
      isTooLarge = true
      report(
        nodes[id].path,
        nesting < Self.maximumNesting
          ? "unrolled to its depths the grammar has more than \(Self.maximumStates) rules; lower a depth"
          : "rules are nested more than \(Self.maximumNesting) deep")
      return nil
    }
    var left = left
    if let index = bounded.firstIndex(of: id) {
      guard left[index] > 0 else { return nil }
      left[index] -= 1
    }
    let kind = kind(of: id, left: left, nesting: nesting + 1)
    let state = kind.map { kind -> Int in
      states.append(
        .init(node: id, kind: kind, layers: layers(kind), logDerivations: logDerivations(kind)))
      return states.count - 1
    }
    known[key] = .some(state)
    return state
  }

  private mutating func kind(of id: Int, left: [Int], nesting: Int) -> Grammar.State.Kind? {
    switch nodes[id].kind {
    case .fixed(let symbols): return .fixed(symbols)
    case .primitive(_, let symbols): return symbols.contains { $0 != nil } ? .primitive(symbols) : nil
    case .sequence(let parts):
      return all(parts, left, nesting).map(Grammar.State.Kind.sequence)
    case .choice(let parts, let weights):
      var states: [Int?] = []
      for (part, weight) in zip(parts, weights) {
        states.append(weight > 0 ? state(of: part, left: left, nesting: nesting) : nil)
      }
      return states.contains { $0 != nil } ? .choice(states, weights: weights) : nil
    case .repetition(let body, let times):
      if let body = state(of: body, left: left, nesting: nesting) { return .repetition(body, times) }
      return times.lowerBound == 0 ? .repetition(nil, 0...0) : nil
    case .parallel(let parts):
      guard let members = all(parts, left, nesting), let language = parallel(members, id) else { return nil }
      return .parallel(members, language)
    }
  }

  private mutating func all(_ parts: [Int], _ left: [Int], _ nesting: Int) -> [Int]? {
    var states: [Int] = []
    for part in parts {
      guard let state = state(of: part, left: left, nesting: nesting) else { return nil }
      states.append(state)
    }
    return states
  }

  private func layers(_ kind: Grammar.State.Kind) -> ClosedRange<Int> {
    func times(_ count: Int, _ layers: Int) -> Int { min(count * layers, 1 << 40) }
    switch kind {
    case .fixed(let symbols): return symbols.count...symbols.count
    case .primitive: return 1...1
    case .sequence(let parts):
      return parts.reduce(0...0) {
        let part = states[$1].layers
        return $0.lowerBound + part.lowerBound...min($0.upperBound + part.upperBound, 1 << 40)
      }
    case .choice(let parts, _):
      let all = parts.compactMap { $0.map { states[$0].layers } }
      return (all.map(\.lowerBound).min() ?? 0)...(all.map(\.upperBound).max() ?? 0)
    case .repetition(let body, let count):
      let layers = body.map { states[$0].layers } ?? 0...0
      return times(count.lowerBound, layers.lowerBound)...times(count.upperBound, layers.upperBound)
    case .parallel(_, let language):
      let isEmpty = language.members.keys.map { $0 < 0 ? 0 : 1 }
      return (isEmpty.min() ?? 0)...(isEmpty.max() ?? 0)
    }
  }

  private func logDerivations(_ kind: Grammar.State.Kind) -> Double {
    switch kind {
    case .fixed: 0
    case .primitive(let symbols): log(Double(symbols.count { $0 != nil }))
    case .sequence(let parts), .parallel(let parts, _): parts.reduce(0) { $0 + states[$1].logDerivations }
    case .choice(let parts, _): logSum(parts.compactMap { $0.map { states[$0].logDerivations } })
    case .repetition(let body, let times):
      logSum(times.map { count in Double(count) * (body.map { states[$0].logDerivations } ?? 0) })
    }
  }

  // MARK: Parallel groups

  private mutating func parallel(_ members: [Int], _ id: Int) -> ParallelLanguage? {
    let path = nodes[id].path + ".parallel"
    for (index, member) in members.enumerated() where states[member].layers.upperBound > 1 {
      report(
        "\(path)[\(index)]",
        "a member of a parallel group is a single layer, this one has up to \(states[member].layers.upperBound)")
      return nil
    }
    let choices = members.map { member in outcomes(of: member).sorted { $0.key < $1.key } }
    guard choices.reduce(1.0, { $0 * Double($1.count) }) <= Double(Self.maximumCombinations) else {
      report(path, "the members have more than \(Self.maximumCombinations) combinations")
      return nil
    }
    var language = ParallelLanguage()
    var tuples: [(layers: [Int], derivations: Double)] = [([], 1)]
    for choice in choices {
      tuples = tuples.flatMap { tuple in
        choice.map { (tuple.layers + [$0.key], tuple.derivations * $0.value) }
      }
    }
    for (layers, derivations) in tuples {
      let group = layers.filter { $0 >= 0 }.flatMap { symbols[$0].members }
      do {
        let symbol = group.isEmpty ? -1 : try symbols.intern(group)
        language.add(layers, derivations: derivations, symbol: symbol)
      } catch {
        report(path, "\(error)")
        return nil
      }
    }
    return language
  }

  /// The layers that a state of at most one layer derives, -1 for none, and in how many ways.
  private func outcomes(of state: Int) -> [Int: Double] {
    switch states[state].kind {
    case .fixed(let symbols): return [symbols.first ?? -1: 1]
    case .primitive(let symbols):
      return symbols.compactMap { $0 }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    case .choice(let parts, _):
      return parts.compactMap { $0 }.reduce(into: [:]) { sum, part in
        for (symbol, count) in outcomes(of: part) { sum[symbol, default: 0] += count }
      }
    case .sequence(let parts): return parts.map(outcomes).reduce([-1: 1], product)
    case .repetition(let body, let times):
      guard let body, times.upperBound > 0 else { return [-1: 1] }
      var (sum, power): ([Int: Double], [Int: Double]) = ([:], [-1: 1])
      for count in 0...times.upperBound {
        if count >= times.lowerBound { sum.merge(power, uniquingKeysWith: +) }
        if count < times.upperBound { power = product(power, outcomes(of: body)) }
      }
      return sum
    case .parallel(_, let language):
      return language.members.mapValues { $0.reduce(0) { $0 + $1.derivations } }
    }
  }

  /// One after the other, where only one of them has a layer.
  private func product(_ a: [Int: Double], _ b: [Int: Double]) -> [Int: Double] {
    var product: [Int: Double] = [:]
    for (left, ways) in a {
      for (right, others) in b where left < 0 || right < 0 { product[max(left, right), default: 0] += ways * others }
    }
    return product
  }
}

/// The logarithm of a sum of numbers given by their logarithms; that of 0 if there are none.
func logSum(_ logs: [Double]) -> Double {
  guard let most = logs.max(), most > -.infinity else { return -.infinity }
  return most + log(logs.reduce(0) { $0 + exp($1 - most) })
}

extension Grammar.Node {
  var parts: [Int] {
    switch kind {
    case .fixed, .primitive: []
    case .sequence(let parts), .choice(let parts, _), .parallel(let parts): parts
    case .repetition(let body, _): [body]
    }
  }
}
