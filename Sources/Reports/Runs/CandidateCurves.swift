import LanguageModeling
import MADTasks
import Reporting
import Runs
import Text

/// The trainings of one evaluation with their tests on the way: on tasks or on text.
package struct EvaluationCurves {
  let record: EvaluationRecord
  let results: [TrialResult]
  let losses: [PerplexityResult]

  /// - Returns: nil before the evaluation is done.
  /// - Throws: `RunError`.
  package init?(_ store: RunStore, _ record: EvaluationRecord, _ measure: QualityMeasure) throws {
    self.record = record
    results = measure == .score ? try store.results(of: record.id) : []
    losses = measure == .loss ? try store.losses(of: record.id) : []
    if results.isEmpty, losses.isEmpty { return nil }
  }
}

extension [EvaluationCurves] {
  package var json: JSONValue {
    .list(
      map { curves in
        .object([
          ("rung", .integer(curves.record.rung + 1)), ("replicate", .integer(curves.record.replicate + 1)),
          (
            "trainings",
            curves.losses.isEmpty
              ? ScoreReport.curvesJSON(curves.results) : .list(curves.losses.map { PerplexityReport($0).json })
          ),
        ])
      })
  }

  /// The same, one row per test. Text has a held-out loss instead of an accuracy.
  package var table: Table {
    let place: [Table.Heading] = [.init("rung", "rung"), .init("replicate", "replicate")]
    var table = Table(place + ScoreReport.curvesTable([]).headings + [.init("loss")])
    for curves in self {
      let cells: [Cell] = [.integer(curves.record.rung + 1), .integer(curves.record.replicate + 1)]
      for row in ScoreReport.curvesTable(curves.results).rows { table.add(cells + row + [.nothing]) }
      for result in curves.losses {
        for point in result.curve {
          table.add(
            cells + [
              .text("text(dim=\(result.plan.dim),steps=\(result.plan.steps))"), .number(result.plan.learningRate),
              .number(result.plan.weightDecay), .text(String(result.plan.seed)), .text(result.status.rawValue),
              .nothing, .nothing, .integer(point.step), .number(point.loss), .nothing, .number(point.seconds),
              .number(point.heldOut),
            ])
        }
      }
    }
    return table
  }
}
