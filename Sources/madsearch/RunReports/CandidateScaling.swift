import Reporting
import Runs
import Search
import Statistics
import Text

/// How a candidate scales, from an evaluation at an IsoFLOP rung.
struct CandidateScaling {
  private static let draws = 1000

  let record: EvaluationRecord
  let fit: FitReport

  /// - Returns: nil at other rungs, and before there is a loss at the largest budget.
  /// - Throws: `RunError`.
  init?(_ store: RunStore, _ record: EvaluationRecord, _ space: Space) throws {
    guard space.file.rungs.indices.contains(record.rung), case .isoflop(let rung) = space.file.rungs[record.rung].kind,
      let scaled = ScaledLoss(try store.losses(of: record.id), budgets: rung.budgets, target: rung.target)
    else { return nil }
    self.record = record
    fit = FitReport(
      scaled.fit, scaled.fit.bootstrap(repeats: Self.draws, seed: record.seed), size: .parameters,
      title:
        "rung \(record.rung + 1): loss over log N a parabola for each budget; over budgets L_opt(C) = E + A/C^alpha",
      .init(targets: [rung.target], tolerance: 0, delta: 1e-3, repeats: Self.draws, seed: record.seed))
  }

  var json: JSONValue {
    .object([
      ("rung", .integer(record.rung + 1)), ("replicate", .integer(record.replicate + 1)), ("fit", fit.json),
    ])
  }
}
