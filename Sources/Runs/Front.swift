import Foundation
import Search

/// The non-dominated candidates of a run at the highest rung that has any.
public struct Front: Sendable {
  public struct Member: Sendable {
    public let candidate: CandidateRecord
    public let evaluation: EvaluationRecord
    public let score: Double
  }

  /// Counted from 0.
  public let rung: Int
  public let objectives: [Objective]
  /// Best score first.
  public let members: [Member]

  /// - Returns: none if nothing has been measured.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  public init?(_ store: RunStore) throws {
    let settings = try store.settings()
    let ladder = Coordinator.ladder(try Space(parsing: Data(settings.space.utf8)), settings)
    let done = try store.evaluations().filter { $0.status == .done && $0.replicate == 0 }
    guard let rung = done.map(\.rung).max() else { return nil }
    let candidates = Dictionary(uniqueKeysWithValues: try store.candidates().map { ($0.id, $0) })
    let all = done.filter { $0.rung == rung }.compactMap { record -> Member? in
      guard let candidate = candidates[record.candidate], let score = record.score else { return nil }
      return Member(candidate: candidate, evaluation: record, score: score)
    }
    self.rung = rung
    objectives = ladder.objectives
    members = Dominance.nonDominated(all.map { ladder.point($0.candidate, score: $0.score) }).map { all[$0] }
      .sorted { ($0.score, -$0.candidate.id) > ($1.score, -$1.candidate.id) }
  }
}
