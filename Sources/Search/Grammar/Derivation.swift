/// How a layout comes from a grammar: the choices as a tree. Operators of the search work on these trees.
public struct Derivation: Hashable, Sendable {
  /// What was chosen at one rule.
  struct Node: Hashable, Sendable {
    /// The rule, as a node of the grammar.
    let rule: Int
    /// The alternative of a choice, or the combination of a primitive's option values; 0 elsewhere.
    let choice: Int
    /// The chosen alternative, the elements of a sequence, the repetitions, or the members of a parallel group.
    let parts: [Node]

    init(_ rule: Int, choice: Int = 0, _ parts: [Node] = []) {
      (self.rule, self.choice, self.parts) = (rule, choice, parts)
    }
  }

  let root: Node

  /// Choices, options and repeat counts in all.
  public var size: Int { root.size }
}

extension Derivation.Node {
  var size: Int { parts.reduce(1) { $0 + $1.size } }
}

extension Grammar {
  /// The layers of a derivation.
  func word(_ derivation: Derivation) -> [Int] {
    var word: [Int] = []
    append(derivation.root, start, to: &word)
    return word
  }

  func append(_ tree: Derivation.Node, _ state: Int, to word: inout [Int]) {
    switch states[state].kind {
    case .fixed(let symbols): word += symbols
    case .primitive(let symbols):
      if tree.choice < symbols.count, let symbol = symbols[tree.choice] { word.append(symbol) }
    case .parallel(let members, let language):
      var layers: [Int] = []
      for (part, member) in zip(tree.parts, members) {
        var layer: [Int] = []
        append(part, member, to: &layer)
        layers.append(layer.first ?? -1)
      }
      if let symbol = language.symbols[layers], symbol >= 0 { word.append(symbol) }
    case .sequence, .choice, .repetition:
      for (index, part) in tree.parts.enumerated() {
        let place = isChoice(state) ? tree.choice : index
        if let state = self.part(place, of: state) { append(part, state, to: &word) }
      }
    }
  }

  func isChoice(_ state: Int) -> Bool {
    if case .choice = states[state].kind { true } else { false }
  }

  /// Whether a tree is a derivation from a state.
  func derives(_ state: Int, _ tree: Derivation.Node) -> Bool {
    guard states[state].node == tree.rule else { return false }
    switch states[state].kind {
    case .fixed: return tree.parts.isEmpty && tree.choice == 0
    case .primitive(let symbols):
      return tree.parts.isEmpty && symbols.indices.contains(tree.choice) && symbols[tree.choice] != nil
    case .choice(let alternatives, _):
      guard tree.parts.count == 1, alternatives.indices.contains(tree.choice), let part = alternatives[tree.choice]
      else { return false }
      return derives(part, tree.parts[0])
    case .sequence(let parts), .parallel(let parts, _):
      return tree.choice == 0 && parts.count == tree.parts.count && zip(parts, tree.parts).allSatisfy(derives)
    case .repetition(let body, let times):
      guard tree.choice == 0, times.contains(tree.parts.count) else { return false }
      return tree.parts.allSatisfy { part in body.map { derives($0, part) } ?? false }
    }
  }
}
