import MADTasks
import Reporting
import Runs
import Text

/// What is known of evaluations, a row each; the columns of `show` and `export`.
struct EvaluationColumns {
  private let run: RunSettings
  private let records: [EvaluationRecord]
  /// Those with scores, in the order in which tasks are listed.
  let tasks: [String]

  /// - Parameter records: all rows.
  init(_ run: RunSettings, _ records: [EvaluationRecord]) {
    (self.run, self.records) = (run, records)
    let found = Set(records.flatMap(\.scores.keys))
    let known = MADTasks.all.map { $0.name }
    tasks = known.filter(found.contains) + found.subtracting(known).sorted()
  }

  var all: [Column<EvaluationRecord>] {
    let hasLosses = records.contains { run.measure(rung: $0.rung) == .loss }
    let hasReasons = records.contains { $0.reason != nil }
    let place: [Column<EvaluationRecord>] = [
      Column("rung") { .integer($0.rung + 1) }, Column("protocol") { [run] in .text(run.name(rung: $0.rung)) },
      Column("replicate") { .integer($0.replicate + 1) }, Column("status") { .text($0.status.rawValue) },
    ]
    let quality: [Column<EvaluationRecord>] = [
      Column("quality", hasLosses ? "score or loss" : "score", in: .text) { record in
        .number(or: record.score.map(run.measure(rung: record.rung).value), decimals: 4)
      },
      Column("score", in: .programs) { value($0, .score) }, Column("loss", in: .programs) { value($0, .loss) },
      Column("standardError", "± s.e.") { .number(or: $0.standardError, decimals: 4) },
    ]
    let rest: [Column<EvaluationRecord>] = [
      Column("coreSeconds", "core-s") { .number($0.seconds, decimals: 1) },
      Column("attempts") { .integer($0.attempts) }, Column("seed", in: .programs) { .text(String($0.seed)) },
      Column("reason", in: hasReasons ? .all : .programs) { .text(or: $0.reason) },
    ]
    return place + quality + taskColumns + rest
  }

  /// A column for each task in CSV, an object in JSON.
  private var taskColumns: [Column<EvaluationRecord>] {
    let object = Column<EvaluationRecord>("tasks", in: .json) { record in
      let members = tasks.compactMap { task in record.scores[task].map { (task, JSONValue.number($0)) } }
      return .value(.object(members), csv: "", text: "")
    }
    return tasks.map { task in Column(task, in: .csv) { .number(or: $0.scores[task]) } } + [object]
  }

  /// The quality if it is of that kind.
  private func value(_ record: EvaluationRecord, _ kind: QualityMeasure) -> Cell {
    .number(or: run.measure(rung: record.rung) == kind ? record.score.map(kind.value) : nil)
  }
}

extension RunSettings {
  /// - Parameter rung: counted from 0.
  func name(rung: Int) -> String { rungNames.indices.contains(rung) ? rungNames[rung] : "" }
}
