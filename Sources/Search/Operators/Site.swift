/// A rule's place in a derivation.
struct Site {
  /// The parts that lead here from the root.
  let path: [Int]
  let state: Int
  let tree: Derivation.Node
  /// The layers that it derives.
  let layers: Range<Int>

  /// Whether one of the two lies inside the other.
  func overlaps(_ other: Site) -> Bool {
    zip(path, other.path).allSatisfy { $0 == $1 }
  }
}

extension Grammar {
  /// Every place of a derivation, each before those inside it.
  func sites(_ derivation: Derivation) -> [Site] {
    var sites: [Site] = []
    var layer = 0
    func visit(_ tree: Derivation.Node, _ state: Int, _ path: [Int]) {
      let index = sites.count
      let first = layer
      sites.append(Site(path: path, state: state, tree: tree, layers: first..<first))
      if tree.parts.isEmpty || isParallel(state) {
        var word: [Int] = []
        append(tree, state, to: &word)
        layer = first + word.count
      }
      let isChoice = isChoice(state)
      let last = layer
      for (place, part) in tree.parts.enumerated() {
        if let inner = self.part(isChoice ? tree.choice : place, of: state) { visit(part, inner, path + [place]) }
      }
      // The members of a parallel group share one layer.
      if isParallel(state) { layer = last }
      sites[index] = Site(path: path, state: state, tree: tree, layers: first..<layer)
    }
    visit(derivation.root, start, [])
    return sites
  }

  private func isParallel(_ state: Int) -> Bool {
    if case .parallel = states[state].kind { true } else { false }
  }
}

extension Derivation {
  /// The derivation with another tree at a place.
  func replacing(_ path: [Int], with tree: Node) -> Derivation {
    Derivation(root: root.replacing(path[...], with: tree))
  }
}

extension Derivation.Node {
  fileprivate func replacing(_ path: ArraySlice<Int>, with tree: Self) -> Self {
    guard let place = path.first else { return tree }
    var parts = parts
    parts[place] = parts[place].replacing(path.dropFirst(), with: tree)
    return .init(rule, choice: choice, parts)
  }
}
