import Reporting
import Runs
import Search
import Text

/// The non-dominated candidates of a run with the known hybrids beside them.
package struct FrontReport: Report {
  private let front: Front
  /// Whether dominated candidates are listed too.
  private let isComplete: Bool

  package init(_ front: Front, isComplete: Bool = false) { (self.front, self.isComplete) = (front, isComplete) }

  package var parts: [ReportPart] {
    let names = front.scale.objectives.map(\.rawValue).joined(separator: ", ")
    let heading = "Non-dominated at rung \(front.rung + 1) by \(names)" + (isComplete ? ", and all others by rank" : "")
    let listed = isComplete ? front.entries.sorted { rank($0) < rank($1) } : front.members
    var parts: [ReportPart] = [
      .facts(facts), .table(nil, table(listed), words: heading + ":", in: .text),
    ]
    if !front.baselines.isEmpty {
      parts.append(
        .table(nil, table(front.baselines, areBaselines: true), words: "Known hybrids at this rung:", in: .text))
    }
    let all = front.entries.filter { isComplete || $0.isNonDominated || $0.candidate.hybrid != nil }
    return parts + [
      .words((noise + absentHybrids + [volume]).joined(separator: "\n") + "\n"),
      .table("candidates", table(all), in: .programs),
    ]
  }

  private var facts: [Fact] {
    let limits = front.scale.costObjectives.map { ($0.rawValue, JSONValue.number(front.scale.limit(of: $0))) }
    let reference = JSONValue.object([("quality", .number(-(front.reference.first ?? 0)))] + limits)
    return [
      Fact("run", .text(front.run.name)), Fact("rung", .integer(front.rung + 1)),
      Fact("protocol", .text(front.rungName)), Fact("objectives", .list(front.scale.objectives.map(\.rawValue))),
      Fact("hypervolume", .number(front.hypervolume)), Fact("reference", .value(reference, csv: "", text: "")),
      Fact("measured", .integer(front.entries.count)),
    ]
  }

  /// Infeasible ones last.
  private func rank(_ entry: Front.Entry) -> Int { entry.rank ?? .max }

  private var measure: QualityMeasure { front.measure }
  private var hasNoise: Bool { front.entries.contains { $0.measurement.standardError != nil } }

  // MARK: The table

  /// - Parameter areBaselines: whether it says what stands between them and the front.
  private func table(_ entries: [Front.Entry], areBaselines: Bool = false) -> Table {
    let noiseForms: Forms = hasNoise ? .all : .programs
    let hasHybrids = entries.contains { $0.candidate.hybrid != nil }
    let isSomeOutside = entries.contains { !$0.candidate.isInGrammar }
    let standing: [Column<Front.Entry>] = [
      Column("candidate") { .integer(Int($0.candidate.id)) },
      Column("onFront", in: .programs) { .flag($0.isNonDominated) },
      Column("rank", in: isComplete && !areBaselines ? .all : .programs) { entry in
        entry.rank.map(Cell.integer) ?? .value(.null, csv: "", text: "infeasible")
      },
    ]
    let quality: [Column<Front.Entry>] = [
      Column(measure.rawValue) { .number(measure.value($0.measurement.score), decimals: 4) },
      Column("standardError", "± s.e.", in: noiseForms) { .number(or: $0.measurement.standardError, decimals: 4) },
      Column("replicates", "n", in: noiseForms) { .integer($0.measurement.replicates) },
      Column("probability", "P(front)", in: noiseForms) { .number(or: $0.probability, decimals: 2) },
    ]
    let rest: [Column<Front.Entry>] = [
      Column("hybrid", "known hybrid", in: hasHybrids ? .all : .programs) { .text(or: $0.candidate.hybrid) },
      Column("dominatedBy", "dominated by", in: areBaselines ? .all : .programs) { dominators(of: $0) },
      Column("violations", in: .programs) { .list($0.violations.map(\.description)) },
      Column("inGrammar", "in grammar", in: isSomeOutside ? .all : .programs) { .flag($0.candidate.isInGrammar) },
      Column("origin", in: .programs) { .text($0.candidate.origin.rawValue) },
      Column("layout") { .text($0.candidate.layout) },
    ]
    return Table(columns(standing, quality, costs, rest), entries)
  }

  /// Those of the objectives are for people too.
  private var costs: [Column<Front.Entry>] {
    let chosen = front.scale.costObjectives
    let others = Objective.allCases.filter { $0 != .quality && !chosen.contains($0) }
    return (chosen + others).map { objective in
      Column(objective.costKey, objective.title, in: chosen.contains(objective) ? .all : .programs) {
        .number(ObjectiveScale.value(of: objective, $0.candidate.costs), decimals: 0)
      }
    }
  }

  private func dominators(of entry: Front.Entry) -> Cell {
    let dominators = entry.dominators.map { dominator -> JSONValue in
      [
        "candidate": .integer(Int(dominator.candidate)),
        "probability": dominator.probability.map(JSONValue.number) ?? .null,
      ]
    }
    return .value(
      .list(dominators), csv: entry.dominators.map { String($0.candidate) }.joined(separator: "; "),
      text: standing(of: entry))
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
  package var shortfall: String? {
    guard front.members.isEmpty else { return nil }
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

  /// The cost's name in CSV and JSON.
  package var costKey: String { self == .flops ? "forwardFLOPsPerToken" : rawValue }
}
