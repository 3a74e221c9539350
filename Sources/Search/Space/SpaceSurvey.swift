import Engine

/// How large a space is, how much of it meets the constraints, and what its layouts cost.
public struct SpaceSurvey: Sendable {
  /// The distinct layouts of the grammar.
  public let count: LayoutCount
  /// The layouts that were looked at: all, or samples over choices.
  public let looked: Int
  public let isComplete: Bool
  /// How many of them meet the constraints.
  public let feasible: Int
  /// Layouts that meet the constraints: those among the ones looked at, or, if these are few, drawn on purpose.
  public let proposals: [Proposal]

  /// - Parameter samples: how many layouts are looked at; all if there are no more.
  public init(_ space: Space, samples: Int) {
    count = space.countLayouts()
    if case .exact(let number) = count, let all = number.integer, all <= samples,
      let proposals = space.allProposals(limit: samples)
    {
      (looked, isComplete, feasible, self.proposals) = (all, true, proposals.count, proposals)
      return
    }
    var random = RandomStream(seed: space.file.seed, "survey")
    let drawn = (0..<samples).compactMap { _ in space.draw(using: &random).flatMap(space.proposal) }
    var proposals = drawn.filter(\.isFeasible)
    (looked, isComplete, feasible) = (drawn.count, false, proposals.count)
    while proposals.count < min(samples, 100), let proposal = space.sample(using: &random) {
      proposals.append(proposal)
    }
    self.proposals = proposals
  }

  /// The least, the middle and the most of a cost; 0 if no layout meets the constraints.
  public func range(of cost: (CostSummary) -> Double) -> (least: Double, median: Double, most: Double) {
    let values = proposals.map { cost($0.costs) }.sorted()
    guard let least = values.first, let most = values.last else { return (0, 0, 0) }
    return (least, values[values.count / 2], most)
  }
}
