import Foundation
import Reporting
import Runs
import Search
import Text

/// The non-dominated candidates of a run with the known hybrids beside them.
struct FrontReport {
  let front: Front
  /// Whether dominated candidates are listed too.
  var isComplete = false

  /// Prints the front over the run's objectives at the rung that `Front` chooses.
  /// - Throws: `RunError`, `ConfigurationErrors`.
  static func print(_ store: RunStore, _ format: OutputFormat) throws {
    try FrontReport(front: Front(store)).print(format)
  }

  func print(_ format: OutputFormat) throws {
    if format.json { return try StandardOutput.print(json.text) }
    if format.csv { return try StandardOutput.print(table.csv) }
    guard !front.members.isEmpty else { return ErrorReport.print(shortfall) }
    try StandardOutput.print(text)
  }

  // MARK: For people

  var text: String {
    let names = front.scale.objectives.map(\.rawValue).joined(separator: ", ")
    let heading =
      "Non-dominated at rung \(front.rung + 1) by \(names)" + (isComplete ? ", and all others by rank" : "") + ":\n\n"
    let listed = isComplete ? front.entries.sorted { rank($0) < rank($1) } : front.members
    var parts = [heading + textTable(listed).text]
    if !baselines.isEmpty {
      parts.append("Known hybrids at this rung:\n\n" + textTable(baselines, hasDominators: true).text)
    }
    parts.append((noise + absentHybrids + [volume]).joined(separator: "\n") + "\n")
    return parts.joined(separator: "\n")
  }

  /// Infeasible ones last.
  private func rank(_ entry: Front.Entry) -> Int { entry.rank ?? .max }

  private var baselines: [Front.Entry] { front.baselines }
  private var measure: QualityMeasure { front.measure }
  private var hasNoise: Bool { front.entries.contains { $0.measurement.standardError != nil } }

  private func textTable(_ entries: [Front.Entry], hasDominators: Bool = false) -> Table {
    let costs = front.scale.costObjectives
    let hasHybrids = entries.contains { $0.candidate.hybrid != nil }
    var columns: [Table.Column] = [.init("candidate", "candidate")]
    if isComplete, !hasDominators { columns.append(.init("rank", "rank")) }
    columns.append(.init(measure.rawValue, measure.rawValue))
    if hasNoise { columns += [.init("standardError", "± s.e."), .init("replicates", "n"), .init("p", "P(front)")] }
    columns += costs.map { .init($0.rawValue, $0.title) }
    if hasHybrids { columns.append(.init("hybrid", "known hybrid")) }
    if hasDominators { columns.append(.init("dominatedBy", "dominated by")) }
    columns.append(.init("layout", "layout"))
    var table = Table(columns)
    for entry in entries {
      let measurement = entry.measurement
      var cells: [Table.Cell] = [.integer(Int(entry.candidate.id))]
      if isComplete, !hasDominators { cells.append(entry.rank.map(Table.Cell.integer) ?? .text("infeasible")) }
      cells.append(.number(measure.value(measurement.score), decimals: 4))
      if hasNoise {
        cells += [
          .number(or: measurement.standardError, decimals: 4), .integer(measurement.replicates),
          .number(or: entry.probability, decimals: 2),
        ]
      }
      cells += costs.map { .number(ObjectiveScale.value(of: $0, entry.candidate.costs), decimals: 0) }
      if hasHybrids { cells.append(entry.candidate.hybrid.map(Table.Cell.text) ?? .nothing) }
      if hasDominators { cells.append(.text(standing(of: entry))) }
      cells.append(.text(entry.candidate.layout))
      table.add(cells)
    }
    return table
  }

  /// What stands between a known hybrid and the front.
  private func standing(of entry: Front.Entry) -> String {
    if entry.isNonDominated { return "on the front" }
    guard entry.rank != nil else { return "infeasible" }
    let shown = entry.dominators.prefix(3).map { dominator in
      "\(dominator.candidate)"
        + (dominator.probability.map { " (\(percent($0)))" } ?? "")
    }
    let more = entry.dominators.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  /// Never certain.
  private func percent(_ probability: Double) -> String {
    probability > 0.99 ? "> 99 %" : "\(NumberText.fixed(100 * probability, decimals: 0)) %"
  }

  /// How much of the front may be noise.
  private var noise: [String] {
    guard hasNoise, front.members.allSatisfy({ $0.probability != nil }) else {
      return [
        "No candidate was evaluated more than once at this rung: how much of this is noise is not known."
      ]
    }
    let repeated = front.entries.count { $0.measurement.replicates > 1 }
    let source = repeated > 0 ? ", known from the \(repeated) of \(front.entries.count) with n > 1" : ""
    var lines = ["P(front) is the probability of being non-dominated, given the noise of all scores\(source)."]
    let doubtful = front.members.filter { $0.probability ?? 1 < 0.5 }.map { String($0.candidate.id) }
    if !doubtful.isEmpty {
      lines.append(
        "More likely dominated than not, and on the front by their mean scores only: \(doubtful.joined(separator: ", "))."
      )
    }
    return lines
  }

  private var absentHybrids: [String] {
    let absent = front.unmeasured.filter { $0.candidate.hybrid != nil }.map { record in
      "\(record.candidate.hybrid ?? "") (\(record.evaluation?.status.rawValue ?? "not evaluated"))"
    }
    return absent.isEmpty ? [] : ["Known hybrids without a score at this rung: \(absent.joined(separator: ", "))."]
  }

  private var volume: String {
    let limits = front.scale.costObjectives.map {
      "\($0.title) below \(NumberText.fixed(front.scale.limit(of: $0), decimals: 0))"
    }
    let floor = NumberText.fixed(measure.value(-(front.reference.first ?? 0)), decimals: 3)
    let side = measure.isLowerBetter ? "loss below" : "quality above"
    return "Hypervolume \(NumberText.fixed(front.hypervolume, decimals: 4)): \(side) \(floor), "
      + limits.joined(separator: ", ") + ", costs as decimal logarithms."
  }

  /// Why there is no front, and what comes nearest.
  private var shortfall: String {
    let place = "rung \(front.rung + 1) (\(front.rungName))"
    if let nearest = front.entries.min(by: { excess($0) < excess($1) }) {
      return "no candidate that was measured at \(place) meets the constraints; nearest is \(nearest.candidate.id) "
        + "(\(nearest.candidate.layout)): \(nearest.violations.map(\.description).joined(separator: ", "))"
    }
    let records = front.unmeasured.compactMap(\.evaluation)
    guard !records.isEmpty else { return "nothing has been measured at \(place) yet" }
    let counts = EvaluationRecord.Status.allCases.compactMap { status in
      let count = records.count { $0.status == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }
    var text = "nothing has been measured at \(place) yet: \(counts.joined(separator: ", "))"
    let diverged = front.unmeasured.filter { $0.evaluation?.status == .diverged }
    if let nearest = diverged.max(by: { $0.evaluation?.score ?? 0 < $1.evaluation?.score ?? 0 }) {
      text += "; nearest is \(nearest.candidate.id) (\(nearest.candidate.layout)), which diverged"
      text +=
        nearest.evaluation?.score.map {
          ", with \(measure.rawValue) \(NumberText.fixed(measure.value($0), decimals: 4)) of what did not"
        } ?? ""
    } else if let reason = records.compactMap(\.reason).first {
      text += "; the first failed because \(reason)"
    }
    return text
  }

  private func excess(_ entry: Front.Entry) -> Double { entry.violations.reduce(0) { $0 + $1.excess } }

  // MARK: For programs

  /// The front and the known hybrids, or all that was measured, with all digits.
  var table: Table {
    var table = Table(
      [
        "candidate", "onFront", "rank", "probability", measure.rawValue, "standardError", "replicates", "parameters",
        "forwardFLOPs", "state", "hybrid", "dominatedBy", "violations", "origin", "layout",
      ].map { .init($0, $0) })
    for entry in front.entries where isComplete || entry.isNonDominated || entry.candidate.hybrid != nil {
      let (measurement, costs) = (entry.measurement, entry.candidate.costs)
      table.add([
        .integer(Int(entry.candidate.id)), .text(entry.isNonDominated ? "yes" : "no"),
        entry.rank.map(Table.Cell.integer) ?? .nothing, .number(or: entry.probability),
        .number(measure.value(measurement.score)),
        .number(or: measurement.standardError), .integer(measurement.replicates), .integer(costs.parameters),
        .number(costs.forwardFLOPs), .integer(costs.state), entry.candidate.hybrid.map(Table.Cell.text) ?? .nothing,
        .text(entry.dominators.map { String($0.candidate) }.joined(separator: " ")),
        .text(entry.violations.map(\.description).joined(separator: "; ")),
        .text(entry.candidate.origin.rawValue), .text(entry.candidate.layout),
      ])
    }
    return table
  }

  var json: JSONValue {
    let listed = front.entries.filter { isComplete || $0.isNonDominated || $0.candidate.hybrid != nil }
    let limits = front.scale.costObjectives.map { ($0.rawValue, JSONValue.number(front.scale.limit(of: $0))) }
    return .object([
      ("run", .text(front.run.name)), ("rung", .integer(front.rung + 1)), ("protocol", .text(front.rungName)),
      ("objectives", .list(front.scale.objectives.map { .text($0.rawValue) })),
      ("hypervolume", .number(front.hypervolume)),
      ("reference", .object([("quality", .number(-(front.reference.first ?? 0)))] + limits)),
      ("measured", .integer(front.entries.count)), ("candidates", .list(listed.map(json))),
    ])
  }

  private func json(_ entry: Front.Entry) -> JSONValue {
    let (measurement, costs) = (entry.measurement, entry.candidate.costs)
    return .object([
      ("candidate", .integer(Int(entry.candidate.id))), ("onFront", .flag(entry.isNonDominated)),
      ("rank", entry.rank.map(JSONValue.integer) ?? .null), ("probability", .number(or: entry.probability)),
      (measure.rawValue, .number(measure.value(measurement.score))),
      ("standardError", .number(or: measurement.standardError)),
      ("replicates", .integer(measurement.replicates)), ("parameters", .integer(costs.parameters)),
      ("forwardFLOPs", .number(costs.forwardFLOPs)), ("state", .integer(costs.state)),
      ("hybrid", entry.candidate.hybrid.map(JSONValue.text) ?? .null),
      (
        "dominatedBy",
        .list(
          entry.dominators.map {
            .object([("candidate", .integer(Int($0.candidate))), ("probability", .number(or: $0.probability))])
          })
      ),
      ("violations", .list(entry.violations.map { .text($0.description) })),
      ("origin", .text(entry.candidate.origin.rawValue)), ("layout", .text(entry.candidate.layout)),
    ])
  }
}

extension Objective {
  /// What stands above columns and at axes.
  var title: String {
    switch self {
    case .quality: "score"
    case .state: "state"
    case .flops: "FLOPs/token"
    case .parameters: "parameters"
    }
  }
}

extension Table.Cell {
  /// Empty if there is no number.
  static func number(or number: Double?, decimals: Int = 1) -> Self {
    number.map { .number($0, decimals: decimals) } ?? .nothing
  }
}

extension JSONValue {
  /// Null if there is no number.
  static func number(or number: Double?) -> Self { number.map(JSONValue.number) ?? .null }
}
