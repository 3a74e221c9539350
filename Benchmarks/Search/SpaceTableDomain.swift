import Engine
import Layouts
import Search

/// A space of which layouts were all trained beforehand: searches see it as the space, restricted to these layouts.
public struct SpaceTableDomain: TabulatedDomain {
  public struct Row: Sendable {
    /// With its derivation.
    public let proposal: Proposal
    /// One for each seed, from 0 to 1.
    public let scores: [Double]
  }

  public let space: Space
  /// The objectives, with the score of guessing as the floor.
  public let scale: ObjectiveScale
  /// By canonical layout.
  public let rows: [String: Row]
  private let domain: SpaceDomain

  /// How often something is drawn until it is in the table.
  private static let attempts = 100

  init(space: Space, scale: ObjectiveScale, rows: [String: Row]) {
    (self.space, self.scale, self.rows) = (space, scale, rows)
    domain = SpaceDomain(space, scale: scale)
  }

  // MARK: SearchDomain

  public func sample(using random: inout RandomStream) -> Proposal? { measured { domain.sample(using: &random) } }

  public func identity(of candidate: Proposal) -> String { domain.identity(of: candidate) }

  public func costs(of candidate: Proposal) -> Objectives { domain.costs(of: candidate) }

  public func symbols(of candidate: Proposal) -> [String] { domain.symbols(of: candidate) }

  public func child(of candidate: Proposal, edits: Int, using random: inout RandomStream) -> Proposal? {
    measured { domain.child(of: candidate, edits: edits, using: &random) }
  }

  public func crossover(_ first: Proposal, _ second: Proposal, using random: inout RandomStream) -> Proposal? {
    measured { domain.crossover(first, second, using: &random) }
  }

  /// The first draw that is in the table; none if there are no draws or many are not.
  private func measured(_ draw: () -> Proposal?) -> Proposal? {
    for _ in 0..<Self.attempts {
      guard let proposal = draw() else { return nil }
      if rows[identity(of: proposal)] != nil { return proposal }
    }
    return nil
  }

  // MARK: TabulatedDomain

  public func losses(of candidate: Proposal) -> [Double] { rows[identity(of: candidate)]?.scores.map { -$0 } ?? [] }

  /// In the layouts' order, so that sums over them do not depend on how a dictionary hashes.
  public var points: [Objectives] { rows.sorted { $0.key < $1.key }.compactMap { truth(of: $0.value.proposal) } }
}
