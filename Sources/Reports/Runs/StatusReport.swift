import Reporting
import Runs
import Text

/// What `status` prints: how far a run is.
package struct StatusReport: Report {
  private typealias Rung = (number: Int, name: String, measure: QualityMeasure, records: [EvaluationRecord])

  private let settings: RunSettings
  private let evaluations: [EvaluationRecord]
  private let candidates: [CandidateRecord]
  private let seconds: Double
  private let worker: Int?

  /// - Parameter worker: the process that works on the run.
  /// - Throws: `RunError`.
  package init(_ store: RunStore, worker: Int?) throws {
    (settings, evaluations) = (try store.settings(), try store.evaluations())
    (candidates, seconds, self.worker) = (try store.candidates(), try store.secondsSpent(), worker)
  }

  package var parts: [ReportPart] {
    let work = worker.map { "process \($0) works on it" } ?? "nobody works on it"
    let hours = NumberText.fixed(coreSeconds / 3600, decimals: 2)
    let heading = """
      \(settings.name): \(candidates.count) of \(settings.candidates) candidates, \(work)
      \(Duration.text(seconds: seconds)) on the clock, \(hours) core-hours of training

      """
    return [.words(heading), .facts(facts), .table("rungs", Table(columns, rungs))]
      + list("running", .running) + list("failed", .failed)
  }

  private var coreSeconds: Double { evaluations.reduce(0) { $0 + $1.seconds } }

  private var facts: [Fact] {
    let limits = JSONValue.object([
      ("candidates", .integer(settings.candidates)), ("hours", settings.hours.map(JSONValue.number) ?? .null),
      ("coreHours", settings.coreHours.map(JSONValue.number) ?? .null),
    ])
    return [
      Fact("run", .text(settings.name)), Fact("process", .integer(or: worker)),
      Fact("candidates", .integer(candidates.count)), Fact("limits", .value(limits, csv: "", text: "")),
      Fact("seconds", .number(seconds)), Fact("coreSeconds", .number(coreSeconds)),
    ]
  }

  // MARK: Rungs

  private var rungs: [Rung] {
    settings.rungNames.enumerated().map { rung, name in
      (rung + 1, name, settings.measure(rung: rung), evaluations.filter { $0.rung == rung })
    }
  }

  private var columns: [Column<Rung>] {
    func best(_ rung: Rung) -> Double? {
      rung.records.filter { $0.status == .done }.compactMap(\.score).max().map(rung.measure.value)
    }
    let statuses: [EvaluationRecord.Status] = [.queued, .running, .done, .diverged, .failed]
    return [Column("rung") { .integer($0.number) }, Column("protocol") { .text($0.name) }]
      + statuses.map { status in
        Column(status.rawValue) { .integer($0.records.count { $0.status == status }) }
      } + [
        Column("coreSeconds", "core-seconds") { .number($0.records.reduce(0) { $0 + $1.seconds }, decimals: 1) },
        Column("best", in: .text) { .number(or: best($0), decimals: 4) },
        Column("bestScore", in: .programs) { .number(or: $0.measure == .score ? best($0) : nil) },
        Column("bestLoss", in: .programs) { .number(or: $0.measure == .loss ? best($0) : nil) },
      ]
  }

  // MARK: Evaluations

  /// A line for each evaluation of a status, and a list of them.
  private func list(_ key: String, _ status: EvaluationRecord.Status) -> [ReportPart] {
    let records = evaluations.filter { $0.status == status }
    let layouts = Dictionary(candidates.map { ($0.id, $0.layout) }, uniquingKeysWith: { first, _ in first })
    let columns: [Column<EvaluationRecord>] = [
      Column("rung") { .integer($0.rung + 1) }, Column("replicate") { .integer($0.replicate + 1) },
      Column("candidate") { .integer(Int($0.candidate)) }, Column("layout") { .text(layouts[$0.candidate] ?? "") },
      Column("reason") { .text(or: $0.reason) },
    ]
    let lines = records.map { record in
      let reason = status == .failed ? ": " + (record.reason ?? "") : ""
      return "\(key) at rung \(record.rung + 1): \(layouts[record.candidate] ?? "")\(reason)\n"
    }
    return (lines.isEmpty ? [] : [.words(lines.joined())]) + [.table(key, Table(columns, records), in: .json)]
  }
}
