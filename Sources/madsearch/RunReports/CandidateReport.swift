import MADTasks
import Reporting
import Runs
import Text

/// Everything that a run knows of one candidate.
struct CandidateReport {
  let run: RunSettings
  let candidate: CandidateRecord
  /// The candidate's own, by rung and replicate.
  let evaluations: [EvaluationRecord]
  /// The rungs at which it was measured.
  let fronts: [Front]
  /// Of its evaluations at IsoFLOP rungs.
  let scaling: [CandidateScaling]

  /// - Throws: `RunError`, `ConfigurationErrors`.
  init(_ store: RunStore, _ candidate: CandidateRecord) throws {
    let run = try store.settings()
    (self.run, self.candidate) = (run, candidate)
    let evaluations = try store.evaluations().filter { $0.candidate == candidate.id }.sorted {
      ($0.rung, $0.replicate) < ($1.rung, $1.replicate)
    }
    self.evaluations = evaluations
    fronts = try Set(evaluations.filter { $0.status == .done }.map(\.rung)).sorted().map { rung in
      try Front(store, rung: rung)
    }
    scaling = try evaluations.compactMap { try CandidateScaling(store, $0, run) }
  }

  // MARK: For people

  var text: String {
    let costs = candidate.costs
    let hybrid = candidate.hybrid.map { ", the known hybrid \($0)" } ?? ""
    let grammar = candidate.isInGrammar ? "" : ", outside the grammar"
    var parts = [
      """
      Candidate \(candidate.id) of \(run.name)

      layout          \(candidate.layout)
      origin          \(candidate.origin.rawValue)\(hybrid)\(grammar)
      layers          \(costs.layers)
      parameters      \(NumberText.grouped(costs.parameters))
      forward FLOPs   \(NumberText.fixed(costs.forwardFLOPs, decimals: 0)) per token
      training FLOPs  \(NumberText.fixed(costs.trainingFLOPs, decimals: 0)) per token
      state           \(NumberText.grouped(costs.state))
      cache           \(NumberText.grouped(costs.cache))

      """
    ]
    parts.append(evaluationTable.text)
    if evaluations.contains(where: { !$0.scores.isEmpty }) { parts.append(taskTable.text) }
    let standings = fronts.compactMap(standing)
    if !standings.isEmpty { parts.append(standings.joined(separator: "\n") + "\n") }
    parts += scaling.map(\.fit.text)
    return parts.joined(separator: "\n")
  }

  private var evaluationTable: Table {
    let hasReasons = evaluations.contains { $0.reason != nil }
    var table = Table(
      [
        .init("rung", "rung"), .init("protocol", "protocol"), .init("replicate", "replicate"),
        .init("status", "status"), .init("quality", hasLosses ? "score or loss" : "score"),
        .init("standardError", "± s.e."), .init("seconds", "core-s"), .init("attempts", "attempts"),
      ] + (hasReasons ? [.init("reason", "reason")] : []))
    for record in evaluations {
      table.add([
        .integer(record.rung + 1), .text(rungName(record.rung)), .integer(record.replicate + 1),
        .text(record.status.rawValue), .number(or: record.score.map(measure(record).value), decimals: 4),
        .number(or: record.standardError, decimals: 4), .number(record.seconds, decimals: 1),
        .integer(record.attempts), record.reason.map(Table.Cell.text) ?? .nothing,
      ])
    }
    return table
  }

  /// A row for each task, a column for each evaluation with scores.
  private var taskTable: Table {
    let scored = evaluations.filter { !$0.scores.isEmpty }
    var table = Table(
      [.init("task", "task")]
        + scored.map { record in
          let replicate = record.replicate == 0 ? "" : " #\(record.replicate + 1)"
          return .init("\(record.id)", rungName(record.rung) + replicate)
        })
    for task in tasks {
      table.add([.text(task)] + scored.map { .number(or: $0.scores[task], decimals: 4) })
    }
    return table
  }

  /// Those with scores, in the order in which tasks are listed.
  private var tasks: [String] {
    let found = Set(evaluations.flatMap(\.scores.keys))
    let known = MADTasks.all.map { $0.name }
    return known.filter(found.contains) + found.subtracting(known).sorted()
  }

  private func rungName(_ rung: Int) -> String { run.rungNames.indices.contains(rung) ? run.rungNames[rung] : "" }

  private func measure(_ record: EvaluationRecord) -> QualityMeasure { run.measure(rung: record.rung) }

  private var hasLosses: Bool { evaluations.contains { measure($0) == .loss } }

  /// Where it stands at a rung among all that were measured there.
  private func standing(_ front: Front) -> String? {
    guard let place = front.entries.firstIndex(where: { $0.candidate.id == candidate.id }) else { return nil }
    let entry = front.entries[place]
    let measurement = entry.measurement
    let error = measurement.standardError.map { " ± \(NumberText.fixed($0, decimals: 4))" } ?? ""
    var text =
      "rung \(front.rung + 1) (\(front.rungName)): \(front.measure.rawValue) "
      + NumberText.fixed(front.measure.value(measurement.score), decimals: 4)
    text += "\(error), number \(place + 1) of \(front.entries.count); "
    guard entry.rank != nil else {
      return text + "infeasible: \(entry.violations.map(\.description).joined(separator: ", "))"
    }
    let names = front.scale.objectives.map(\.rawValue).joined(separator: ", ")
    text += entry.isNonDominated ? "on the front of \(names)" : "dominated in \(names) by \(dominators(of: entry))"
    return text + (entry.probability.map { ", P(front) \(NumberText.fixed($0, decimals: 2))" } ?? "")
  }

  private func dominators(of entry: Front.Entry) -> String {
    let shown = entry.dominators.prefix(5).map { String($0.candidate) }
    let more = entry.dominators.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  // MARK: For programs

  /// The quality if it is of that kind.
  private func quality(_ record: EvaluationRecord, _ kind: QualityMeasure) -> Double? {
    measure(record) == kind ? record.score.map(kind.value) : nil
  }

  /// A row for each evaluation with the scores of its tasks.
  var table: Table {
    let keys = ["rung", "protocol", "replicate", "status", "score", "loss", "standardError"]
    let tasks = tasks
    var table = Table((keys + tasks + ["coreSeconds", "attempts", "seed", "reason"]).map { .init($0, $0) })
    for record in evaluations {
      table.add(
        [
          .integer(record.rung + 1), .text(rungName(record.rung)), .integer(record.replicate + 1),
          .text(record.status.rawValue), .number(or: quality(record, .score)), .number(or: quality(record, .loss)),
          .number(or: record.standardError),
        ] + tasks.map { .number(or: record.scores[$0]) } + [
          .number(record.seconds), .integer(record.attempts), .text(String(record.seed)),
          record.reason.map(Table.Cell.text) ?? .nothing,
        ])
    }
    return table
  }

  var json: JSONValue {
    let costs = candidate.costs
    return .object([
      ("run", .text(run.name)), ("candidate", .integer(Int(candidate.id))), ("layout", .text(candidate.layout)),
      ("origin", .text(candidate.origin.rawValue)), ("hybrid", candidate.hybrid.map(JSONValue.text) ?? .null),
      ("inGrammar", .flag(candidate.isInGrammar)), ("feasible", .flag(candidate.isFeasible)),
      ("layers", .integer(costs.layers)), ("parameters", .integer(costs.parameters)),
      ("forwardFLOPs", .number(costs.forwardFLOPs)), ("trainingFLOPs", .number(costs.trainingFLOPs)),
      ("state", .integer(costs.state)), ("cache", .integer(costs.cache)),
      ("evaluations", .list(evaluations.map(evaluationJSON))),
      ("standings", .list(fronts.compactMap(standingJSON))), ("scaling", .list(scaling.map(\.json))),
    ])
  }

  private func evaluationJSON(_ record: EvaluationRecord) -> JSONValue {
    .object([
      ("rung", .integer(record.rung + 1)), ("protocol", .text(rungName(record.rung))),
      ("replicate", .integer(record.replicate + 1)), ("status", .text(record.status.rawValue)),
      ("score", .number(or: quality(record, .score))), ("loss", .number(or: quality(record, .loss))),
      ("standardError", .number(or: record.standardError)),
      (
        "tasks",
        .object(tasks.compactMap { task in record.scores[task].map { (task, .number($0)) } })
      ), ("coreSeconds", .number(record.seconds)), ("attempts", .integer(record.attempts)),
      ("seed", .text(String(record.seed))), ("reason", record.reason.map(JSONValue.text) ?? .null),
    ])
  }

  private func standingJSON(_ front: Front) -> JSONValue? {
    guard let place = front.entries.firstIndex(where: { $0.candidate.id == candidate.id }) else { return nil }
    let entry = front.entries[place]
    return .object([
      ("rung", .integer(front.rung + 1)), ("protocol", .text(front.rungName)),
      ("objectives", .list(front.scale.objectives.map { .text($0.rawValue) })),
      (front.measure.rawValue, .number(front.measure.value(entry.measurement.score))),
      ("standardError", .number(or: entry.measurement.standardError)),
      ("replicates", .integer(entry.measurement.replicates)), ("place", .integer(place + 1)),
      ("of", .integer(front.entries.count)), ("rank", entry.rank.map(JSONValue.integer) ?? .null),
      ("onFront", .flag(entry.isNonDominated)), ("probability", .number(or: entry.probability)),
      ("dominatedBy", .list(entry.dominators.map { .integer(Int($0.candidate)) })),
      ("violations", .list(entry.violations.map { .text($0.description) })),
    ])
  }
}
