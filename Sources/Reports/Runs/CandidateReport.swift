import MADTasks
import Reporting
import Runs
import Search
import Text

/// Everything that a run knows of one candidate.
package struct CandidateReport: Report {
  package let run: RunSettings
  private let candidate: CandidateRecord
  /// The candidate's own, by rung and replicate.
  package let evaluations: [EvaluationRecord]
  /// The rungs at which it was measured.
  private let fronts: [Front]
  /// Of its evaluations at IsoFLOP rungs.
  private let scaling: [CandidateScaling]

  /// - Throws: `RunError`, `ConfigurationErrors`.
  package init(_ store: RunStore, _ candidate: CandidateRecord) throws {
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

  package var parts: [ReportPart] {
    let table = Table(EvaluationColumns(run, evaluations).all, evaluations)
    let standings = fronts.compactMap(standing)
    var parts: [ReportPart] = [
      .words("Candidate \(candidate.id) of \(run.name)\n"), .facts(facts), .table("evaluations", table),
    ]
    if evaluations.contains(where: { !$0.scores.isEmpty }) { parts.append(.table(nil, taskTable, in: .text)) }
    if !standings.isEmpty { parts.append(.words(standings.joined(separator: "\n") + "\n")) }
    let standingList = JSONValue.list(fronts.compactMap(standingJSON))
    return parts + [
      .facts([Fact("standings", .value(standingList, csv: "", text: ""))]), .reports("scaling", scaling),
    ]
  }

  private var facts: [Fact] {
    let hybrid = candidate.hybrid.map { ", the known hybrid \($0)" } ?? ""
    let grammar = candidate.isInGrammar ? "" : ", outside the grammar"
    let units = [
      "origin": hybrid + grammar, "forwardFLOPsPerToken": " per token", "trainingFLOPsPerToken": " per token",
    ]
    return [Fact("run", .text(run.name))]
      + CandidateColumns.all.map { Fact($0, of: candidate, unit: units[$0.heading.key] ?? "") }
  }

  /// A row for each task, a column for each evaluation with scores.
  private var taskTable: Table {
    let scored = evaluations.filter { !$0.scores.isEmpty }
    let columns = scored.map { record in
      let replicate = record.replicate == 0 ? "" : " #\(record.replicate + 1)"
      return Column<String>("\(record.id)", run.name(rung: record.rung) + replicate) {
        .number(or: record.scores[$0], decimals: 4)
      }
    }
    return Table([Column("task") { .text($0) }] + columns, EvaluationColumns(run, evaluations).tasks)
  }

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

  private func standingJSON(_ front: Front) -> JSONValue? {
    guard let place = front.entries.firstIndex(where: { $0.candidate.id == candidate.id }) else { return nil }
    let entry = front.entries[place]
    return .object([
      ("rung", .integer(front.rung + 1)), ("protocol", .text(front.rungName)),
      ("objectives", .list(front.scale.objectives.map { .text($0.rawValue) })),
      (front.measure.rawValue, .number(front.measure.value(entry.measurement.score))),
      ("standardError", entry.measurement.standardError.map(JSONValue.number) ?? .null),
      ("replicates", .integer(entry.measurement.replicates)), ("place", .integer(place + 1)),
      ("of", .integer(front.entries.count)), ("rank", entry.rank.map(JSONValue.integer) ?? .null),
      ("onFront", .flag(entry.isNonDominated)), ("probability", entry.probability.map(JSONValue.number) ?? .null),
      ("dominatedBy", .list(entry.dominators.map { .integer(Int($0.candidate)) })),
      ("violations", .list(entry.violations.map { .text($0.description) })),
    ])
  }
}
