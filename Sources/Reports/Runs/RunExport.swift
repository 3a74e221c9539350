import Reporting
import Runs

/// What `export` prints: all that a run has measured, a row for each candidate, rung and replicate.
package struct RunExport: Report {
  private typealias Row = (candidate: CandidateRecord, evaluation: EvaluationRecord)

  private let run: RunSettings
  private let rows: [Row]

  /// - Throws: `RunError`.
  package init(_ store: RunStore) throws {
    run = try store.settings()
    let evaluations = Dictionary(grouping: try store.evaluations(), by: \.candidate)
    rows = try store.candidates().flatMap { candidate in
      (evaluations[candidate.id] ?? []).sorted { ($0.rung, $0.replicate) < ($1.rung, $1.replicate) }
        .map { (candidate, $0) }
    }
  }

  package var parts: [ReportPart] {
    let measured = EvaluationColumns(run, rows.map(\.evaluation)).all.map { $0.of(\Row.evaluation) }
    let known = CandidateColumns.all.map { $0.of(\Row.candidate) }
    // For people the layout, which may be long, stands last.
    let words =
      [Column<Row>("candidate") { .integer(Int($0.candidate.id)) }] + measured
      + [Column<Row>("layout") { .text($0.candidate.layout) }]
    return [
      .facts([Fact("run", .text(run.name)), Fact("seed", .text(String(run.seed)))]),
      .table(nil, Table(words, rows), in: .text), .table("evaluations", Table(known + measured, rows), in: .programs),
    ]
  }
}
