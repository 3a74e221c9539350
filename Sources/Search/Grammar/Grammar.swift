/// A checked grammar: the rules as a graph, and unrolled to its depth bounds as a graph without cycles.
///
/// A layout is derived from the start rule. `sequence` derives its parts one after the other, `choice` one of its
/// alternatives, `repeat` its body several times and each time anew, `parallel` one layer from its members' primitives.
/// A rule with `depth: n` may be open at most n times inside itself; where that is used up, alternatives that need the
/// rule once more are out.
struct Grammar: Sendable {
  /// A rule, named or written inside another one.
  struct Node: Sendable {
    enum Kind: Sendable {
      /// Layers that are written out, or none.
      case fixed([Int])
      /// A layer for each combination of option values; none where the values do not go together.
      case primitive(OptionGrid, symbols: [Int?])
      case sequence([Int])
      case choice([Int], weights: [Double])
      case repetition(Int, ClosedRange<Int>)
      case parallel([Int])
    }

    var kind: Kind
    /// The rule's name, or that of the rule around it.
    let name: String
    let path: String
    let depth: Int?
  }

  /// A node together with what is left of the depth bounds. Its parts come before it in `states`.
  struct State: Sendable {
    enum Kind: Sendable {
      case fixed([Int])
      case primitive([Int?])
      case sequence([Int])
      /// The state of each alternative, none where it cannot end or has no weight.
      case choice([Int?], weights: [Double])
      /// No body where the body cannot end, with 0 times as the only count.
      case repetition(Int?, ClosedRange<Int>)
      case parallel([Int], ParallelLanguage)
    }

    let node: Int
    let kind: Kind
    /// The least and most layers.
    let layers: ClosedRange<Int>
    /// Natural logarithm of the number of derivations.
    let logDerivations: Double
  }

  let nodes: [Node]
  let states: [State]
  let start: Int
  let symbols: SymbolTable
  /// The node of each rule.
  let rules: [String: Int]

  /// The state of a part of a derivation: alternative, element or member `index` of `state`.
  func part(_ index: Int, of state: Int) -> Int? {
    switch states[state].kind {
    case .fixed, .primitive: nil
    case .sequence(let parts), .parallel(let parts, _): index < parts.count ? parts[index] : nil
    case .choice(let parts, _): index < parts.count ? parts[index] : nil
    case .repetition(let body, _): body
    }
  }
}

/// Lists of option values, and their combinations numbered with the first option fastest.
struct OptionGrid: Sendable {
  let counts: [Int]

  var count: Int { counts.reduce(1, *) }

  /// The index of each option's value.
  func digits(_ combination: Int) -> [Int] {
    var rest = combination
    return counts.map { count in
      defer { rest /= count }
      return rest % count
    }
  }

  func combination(_ digits: [Int]) -> Int {
    zip(digits, counts).reversed().reduce(0) { $0 * $1.1 + $1.0 }
  }
}

/// The layers that a parallel group can be. A member's layer is a symbol, or -1 if the member is empty.
struct ParallelLanguage: Sendable {
  /// The group's layer, or -1 if all members are empty, by those of the members.
  private(set) var symbols: [[Int]: Int] = [:]
  /// The same the other way round, and in how many ways the members derive each.
  private(set) var members: [Int: [(layers: [Int], derivations: Double)]] = [:]

  mutating func add(_ layers: [Int], derivations: Double, symbol: Int) {
    symbols[layers] = symbol
    members[symbol, default: []].append((layers, derivations))
  }
}
