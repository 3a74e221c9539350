import Reporting
import Runs
import Statistics

/// How a candidate scales, from an evaluation at an IsoFLOP rung.
struct CandidateScaling: Report {
  private static let draws = 1000

  let record: EvaluationRecord
  let fit: FitReport

  /// - Returns: nil at other rungs, and before there is a loss at the largest budget.
  /// - Throws: `RunError`.
  init?(_ store: RunStore, _ record: EvaluationRecord, _ run: RunSettings) throws {
    guard run.rungs.indices.contains(record.rung),
      let scaled = try store.scaling(of: record, at: run.rungs[record.rung])
    else { return nil }
    self.record = record
    fit = FitReport(
      scaled.fit, scaled.fit.bootstrap(repeats: Self.draws, seed: record.seed), size: .parameters,
      title:
        "rung \(record.rung + 1): loss over log N a parabola for each budget; over budgets L_opt(C) = E + A/C^alpha",
      .init(targets: [scaled.target], tolerance: 0, delta: 1e-3, repeats: Self.draws, seed: record.seed))
  }

  var parts: [ReportPart] {
    [
      .facts([Fact("rung", .integer(record.rung + 1)), Fact("replicate", .integer(record.replicate + 1))]),
      .report("fit", fit),
    ]
  }
}
