import Engine
import Foundation

extension Space {
  /// Relative depths that lie so far apart hardly match.
  private static let matchingDepth = 0.1

  /// A child of two layouts that meets the constraints and differs from both: one place of the first takes what the
  /// second has for the same rule at about the same relative depth, or two repeats are spliced there.
  ///
  /// A seed outside the grammar takes part as the derivation that is nearest to it.
  /// - Returns: none if no attempt succeeds.
  public func crossover(_ first: Proposal, _ second: Proposal, using random: inout RandomStream) -> Proposal? {
    guard let base = first.derivation ?? nearest(to: first.layout)?.derivation,
      let donor = second.derivation ?? nearest(to: second.layout)?.derivation
    else { return nil }
    for _ in 0..<Self.maximumChildAttempts {
      guard let child = cross(base, donor, using: &random), let proposal = proposal(of: child) else { continue }
      if proposal.isFeasible, proposal.layout != first.layout, proposal.layout != second.layout { return proposal }
    }
    return nil
  }

  /// One crossing, whatever it costs; none if nothing matches where it was tried.
  func cross(_ base: Derivation, _ donor: Derivation, using random: inout RandomStream) -> Derivation? {
    let sites = grammar.sites(base)
    let others = grammar.sites(donor)
    guard let site = random.element(sites.filter { grammar.states[$0.state].logDerivations > 0 }) else { return nil }
    let rule = site.tree.rule
    // The middle of the layers that a place derives, in proportion to all layers.
    func depth(_ site: Site, _ all: [Site]) -> Double {
      Double(site.layers.lowerBound + site.layers.upperBound) / 2 / Double(max(all[0].layers.upperBound, 1))
    }
    let own = depth(site, sites)
    let matches = others.filter { $0.tree.rule == rule && ($0.tree != site.tree || isRepeat(site)) }
    guard !matches.isEmpty else { return nil }
    let match = matches[random.index(logWeights: matches.map { -abs(depth($0, others) - own) / Self.matchingDepth })]
    let isSpliced = isRepeat(site) && (site.path.isEmpty || random.integer(below: 2) == 0)
    let tree = isSpliced ? splice(site, match, using: &random) : match.tree
    guard let tree else { return nil }
    let child = base.replacing(site.path, with: tree)
    return grammar.derives(grammar.start, child.root) ? child : nil
  }

  private func isRepeat(_ site: Site) -> Bool {
    if case .repetition = grammar.states[site.state].kind { true } else { false }
  }

  /// The first repetitions of one and the last of the other, cut at the same share of each.
  private func splice(_ first: Site, _ second: Site, using random: inout RandomStream) -> Derivation.Node? {
    guard case .repetition(_, let times) = grammar.states[first.state].kind else { return nil }
    let cut = random.uniform()
    func place(_ count: Int) -> Int { Int((cut * Double(count)).rounded()) }
    let head = first.tree.parts.prefix(place(first.tree.parts.count))
    let tail = second.tree.parts.dropFirst(place(second.tree.parts.count))
    guard times.contains(head.count + tail.count) else { return nil }
    return .init(first.tree.rule, Array(head + tail))
  }
}
