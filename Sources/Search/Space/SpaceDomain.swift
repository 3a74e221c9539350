import Engine

/// A space as search strategies see it: candidates are layouts with their derivations, costs those of its objectives.
public struct SpaceDomain: SearchDomain {
  private let space: Space
  private let scale: ObjectiveScale

  public init(_ space: Space, scale: ObjectiveScale) { (self.space, self.scale) = (space, scale) }

  public func sample(using random: inout RandomStream) -> Proposal? { space.sample(using: &random) }

  public func identity(of candidate: Proposal) -> String { candidate.layout.canonical }

  public func costs(of candidate: Proposal) -> Objectives { scale.costs(candidate.costs) }

  /// The text of each layer as the grammar has it, before channel mixers were scaled.
  public func symbols(of candidate: Proposal) -> [String] {
    let layout = space.unfitted(candidate.layout) ?? candidate.layout
    return layout.layers.indices.map(layout.text(layer:))
  }

  public func child(of candidate: Proposal, edits: Int, using random: inout RandomStream) -> Proposal? {
    space.mutate(candidate, edits: edits, using: &random)
  }

  public func crossover(_ first: Proposal, _ second: Proposal, using random: inout RandomStream) -> Proposal? {
    space.crossover(first, second, using: &random)
  }
}
