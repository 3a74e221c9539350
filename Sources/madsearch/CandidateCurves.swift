import MADTasks
import Reporting
import Runs

extension CandidateReport {
  /// The trainings of each evaluation with their tests on the way.
  func curvesJSON(_ results: [(EvaluationRecord, [TrialResult])]) -> JSON {
    .array(
      results.map { record, results in
        .object([
          ("rung", .integer(record.rung + 1)), ("replicate", .integer(record.replicate + 1)),
          ("trainings", ScoreReport.curvesJSON(results)),
        ])
      })
  }

  /// The same, one row per test.
  func curvesTable(_ results: [(EvaluationRecord, [TrialResult])]) -> Table {
    var table = Table([.init("rung", "rung"), .init("replicate", "replicate")] + ScoreReport.curvesTable([]).columns)
    for (record, results) in results {
      for row in ScoreReport.curvesTable(results).rows {
        table.add([.integer(record.rung + 1), .integer(record.replicate + 1)] + row)
      }
    }
    return table
  }
}
