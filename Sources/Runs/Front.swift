import Foundation
import Search

/// The non-dominated candidates of a run at the highest rung that has any.
public struct Front: Sendable {
  public struct Member: Sendable {
    public let candidate: CandidateRecord
    public let score: Double
  }

  /// Counted from 0.
  public let rung: Int
  public let objectives: [Objective]
  /// Best score first.
  public let members: [Member]

  /// - Returns: none if nothing has been measured.
  /// - Throws: `RunError`.
  public init?(_ store: RunStore) throws {
    let scale = try store.settings().scale
    let ledger = try Ledger(store)
    let done = ledger.evaluations.values.filter { $0.status == .done }
    guard let rung = done.map(\.rung).max() else { return nil }
    let all = ledger.means(rung: rung).filter(\.candidate.isFeasible)
    self.rung = rung
    objectives = scale.objectives
    members = Dominance.nonDominated(all.map { scale.point(quality: $0.score, costs: $0.candidate.costs) })
      .map { Member(candidate: all[$0].candidate, score: all[$0].score) }
      .sorted { ($0.score, -$0.candidate.id) > ($1.score, -$1.candidate.id) }
  }
}
