import Foundation
import LanguageModeling
import MADTasks
import Search

/// What an evaluation gave, as the archive keeps it.
public struct Finding: Sendable {
  let status: EvaluationRecord.Status
  /// High is good.
  let score: Double?
  let standardError: Double?
  /// By task.
  let scores: [String: Double]
  /// Core-seconds of all trainings.
  let seconds: Double
  /// The trainings, as JSON.
  let results: String

  /// Trainings on tasks. One that diverged counts as chance in the score, and the evaluation as diverged.
  public init(_ card: ScoreCard, results: [TrialResult]) throws {
    status = results.contains { $0.status == .diverged } ? .diverged : .done
    (score, standardError, seconds) = (card.score, card.standardError, card.seconds)
    scores = Dictionary(card.tasks.map { ($0.task, $0.score) }, uniquingKeysWith: { first, _ in first })
    self.results = try Self.text(results)
  }

  /// Trainings on text. Of an IsoFLOP rung some may diverge as long as there is a loss at the largest budget.
  public init(_ losses: [PerplexityResult], of kind: Rung.Kind) throws {
    if case .isoflop(let rung) = kind {
      let scaled = ScaledLoss(losses, budgets: rung.budgets, target: rung.target)
      (score, standardError) = (scaled.map { -$0.loss }, scaled?.standardError)
    } else {
      (score, standardError) = (losses.first?.heldOut.map { -$0 }, nil)
    }
    status = score == nil ? .diverged : .done
    scores = [:]
    seconds = losses.reduce(0) { $0 + $1.seconds }
    results = try Self.text(losses)
  }

  private static func text(_ results: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(results), as: UTF8.self)
  }
}
