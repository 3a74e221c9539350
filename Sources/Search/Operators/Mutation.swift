import Engine

/// The ways in which a derivation is changed at one place.
public enum Edit: String, Sendable, CaseIterable {
  /// A new derivation of a rule, or another alternative of a choice.
  case replace
  /// Another value of one option.
  case option
  /// One more repetition, anywhere, newly derived.
  case insert
  case delete
  /// One more repetition, like the one before it.
  case duplicate
  /// Two derivations of the same rule change places.
  case swap
  /// Another repeat count: the pattern goes on from its start, or is cut off.
  case stretch
}

extension Space {
  /// How often an operator tries to make a child that meets the constraints.
  static let maximumChildAttempts = 200

  /// A child with some edits, or one where those lead nowhere, that meets the constraints and differs from its parent.
  ///
  /// A seed outside the grammar is edited as the derivation that is nearest to it.
  /// - Returns: none if no attempt succeeds, e.g. in a space of one layout.
  public func mutate(_ parent: Proposal, edits: Int = 1, using random: inout RandomStream) -> Proposal? {
    guard let derivation = parent.derivation ?? nearest(to: parent.layout)?.derivation else { return nil }
    for attempt in 0..<Self.maximumChildAttempts {
      var child: Derivation? = derivation
      // In a small space two edits may always undo each other.
      for _ in 0..<(2 * attempt < Self.maximumChildAttempts ? edits : 1) {
        child = child.flatMap { edit($0, using: &random) }
      }
      guard let child, let proposal = proposal(of: child) else { continue }
      if proposal.isFeasible, proposal.layout != parent.layout { return proposal }
    }
    return nil
  }

  /// A random edit at a random place, whatever it costs; none if nothing can be edited.
  func edit(_ derivation: Derivation, using random: inout RandomStream) -> Derivation? {
    let sites = grammar.sites(derivation)
    var kinds = Edit.allCases
    while !kinds.isEmpty {
      let kind = kinds.remove(at: random.integer(below: kinds.count))
      let child: Derivation? =
        switch kind {
        case .replace: replace(derivation, sites, using: &random)
        case .option: changeOption(derivation, sites, using: &random)
        case .swap: swap(derivation, sites, using: &random)
        case .insert, .delete, .duplicate, .stretch: changeRepeat(kind, derivation, sites, using: &random)
        }
      // Trees that move between depths may not fit there.
      if let child, grammar.derives(grammar.start, child.root) { return child }
    }
    return nil
  }

  private func replace(
    _ derivation: Derivation, _ sites: [Site], using random: inout RandomStream
  ) -> Derivation? {
    // All of it would be a fresh sample, so the root is left out if there is a choice.
    let open = sites.filter { grammar.states[$0.state].logDerivations > 0 }
    guard let site = random.element(open.count > 1 ? open.filter { !$0.path.isEmpty } : open) else { return nil }
    let sampler = Sampler(grammar)
    if case .choice(let parts, let weights) = grammar.states[site.state].kind {
      let others = parts.indices.map { parts[$0] != nil && $0 != site.tree.choice ? weights[$0] : 0 }
      if others.contains(where: { $0 > 0 }) {
        let place = random.index(weights: others)
        let trees = parts[place].map { [sampler.tree($0, using: &random)] } ?? []
        return derivation.replacing(site.path, with: .init(site.tree.rule, choice: place, trees))
      }
    }
    return derivation.replacing(site.path, with: sampler.tree(site.state, using: &random))
  }

  private func changeOption(
    _ derivation: Derivation, _ sites: [Site], using random: inout RandomStream
  ) -> Derivation? {
    let open = sites.filter { !grammar.otherOptions(at: $0).isEmpty }
    guard let site = random.element(open), let choice = random.element(grammar.otherOptions(at: site)) else {
      return nil
    }
    return derivation.replacing(site.path, with: .init(site.tree.rule, choice: choice))
  }

  private func swap(_ derivation: Derivation, _ sites: [Site], using random: inout RandomStream) -> Derivation? {
    guard let first = random.element(sites) else { return nil }
    let others = sites.filter { grammar.canSwap(first, $0) }
    return random.element(others).map { derivation.swapping(first, $0) }
  }

  private func changeRepeat(
    _ kind: Edit, _ derivation: Derivation, _ sites: [Site], using random: inout RandomStream
  ) -> Derivation? {
    let open = sites.filter { site in
      guard case .repetition(.some, let times) = grammar.states[site.state].kind else { return false }
      let count = site.tree.parts.count
      switch kind {
      case .insert: return count < times.upperBound
      case .duplicate: return count > 0 && count < times.upperBound
      case .delete: return count > times.lowerBound
      default: return count > 0 && times.count > 1
      }
    }
    guard let site = random.element(open),
      case .repetition(.some(let body), let times) = grammar.states[site.state].kind
    else { return nil }
    var parts = site.tree.parts
    switch kind {
    case .insert:
      parts.insert(Sampler(grammar).tree(body, using: &random), at: random.integer(below: parts.count + 1))
    case .delete: parts.remove(at: random.integer(below: parts.count))
    case .duplicate:
      let place = random.integer(below: parts.count)
      parts.insert(parts[place], at: place)
    default:
      var count = times.lowerBound + random.integer(below: times.count - 1)
      if count >= parts.count { count += 1 }
      parts = (0..<count).map { parts[$0 % parts.count] }
    }
    return derivation.replacing(site.path, with: .init(site.tree.rule, parts))
  }
}

extension Grammar {
  /// The combinations of option values that differ from a primitive's in one value.
  func otherOptions(at site: Site) -> [Int] {
    guard case .primitive(let symbols) = states[site.state].kind,
      case .primitive(let grid, _) = nodes[site.tree.rule].kind
    else { return [] }
    let own = grid.digits(site.tree.choice)
    return symbols.indices.filter { other in
      symbols[other] != nil && zip(own, grid.digits(other)).count { $0 != $1 } == 1
    }
  }

  /// Whether two places of a derivation hold different trees of the same rule, none inside the other.
  func canSwap(_ first: Site, _ second: Site) -> Bool {
    first.tree.rule == second.tree.rule && first.tree != second.tree && !first.overlaps(second)
  }
}

extension Derivation {
  func swapping(_ first: Site, _ second: Site) -> Derivation {
    replacing(first.path, with: second.tree).replacing(second.path, with: first.tree)
  }
}

extension RandomStream {
  /// One of the elements; none if there are none.
  mutating func element<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[integer(below: elements.count)]
  }
}
