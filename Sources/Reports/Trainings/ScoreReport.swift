import MADTasks
import Reporting
import Text

/// A layout's scores and its learning curves.
package struct ScoreReport: Report {
  private let card: ScoreCard
  private let protocolName: String
  private let results: [TrialResult]

  package init(_ card: ScoreCard, protocolName: String, results: [TrialResult]) {
    (self.card, self.protocolName, self.results) = (card, protocolName, results)
  }

  package var parts: [ReportPart] {
    let error = card.standardError.map { " ± " + NumberText.fixed($0, decimals: 3) } ?? ""
    let settings = card.tasks.flatMap { task in task.settings.map { (task: task.task, setting: $0) } }
    let task = Column<(task: String, setting: ScoreCard.SettingScore)>("task") { .text($0.task) }
    var parts: [ReportPart] = [
      .words(card.layout + "\n"), .facts(facts),
      .table(nil, Table([task] + Self.settingColumns.map { $0.of(\.setting) }, settings), in: [.text, .csv]),
    ]
    if card.tasks.contains(where: { $0.settings.count > 1 }) {
      let columns: [Column<ScoreCard.TaskScore>] = [
        Column("task") { .text($0.task) }, Column("score", "mean of settings") { .number($0.score, decimals: 3) },
      ]
      parts.append(.table(nil, Table(columns, card.tasks), in: .text))
    }
    let score =
      "MAD score \(NumberText.fixed(card.score, decimals: 3))\(error) (\(protocolName), "
      + "\(Duration.text(seconds: card.seconds)) of one core)\n"
    return parts + [.words(score)]
  }

  private var facts: [Fact] {
    let tasks = card.tasks.map { task -> JSONValue in
      let settings = Table(Self.settingColumns, task.settings)
      return ["task": .text(task.task), "score": .number(task.score), "settings": settings.json]
    }
    return [
      Fact("layout", .text(card.layout)), Fact("protocol", .text(protocolName)), Fact("score", .number(card.score)),
      Fact("standardError", .number(or: card.standardError)), Fact("coreSeconds", .number(card.seconds)),
      Fact("tasks", .value(.list(tasks), csv: "", text: "")),
      Fact("trainings", .value(Self.curvesJSON(results), csv: "", text: "")),
    ]
  }

  private static var settingColumns: [Column<ScoreCard.SettingScore>] {
    [
      Column("variation", "setting", in: .text) { .text($0.variation) },
      Column("setting", in: .programs) { .text($0.setting) }, Column("score") { .number($0.score, decimals: 3) },
      Column("standardError", "± s.e.") { .number(or: $0.standardError, decimals: 3) },
      Column("chance") { .number($0.chance, decimals: 3) }, Column("cap") { .number($0.cap, decimals: 3) },
      Column("learningRate", "rate") {
        .value(.number($0.learningRate), csv: NumberText.exact($0.learningRate), text: "\($0.learningRate)")
      },
      Column("weightDecay", in: .programs) { .number($0.weightDecay) }, Column("status") { .text($0.status) },
      Column("coreSeconds", "core-s") { .number($0.seconds, decimals: 1) },
    ]
  }

  // MARK: Learning curves

  /// Every training with its tests on the way.
  package static func curvesJSON(_ results: [TrialResult]) -> JSONValue {
    .list(
      results.map { result in
        let members = trainingColumns.map { ($0.heading.key, $0.cell(result).json) }
        return .object(members + [("curve", Table(testColumns, result.curve).json)])
      })
  }

  /// The same, one row per test.
  package static func curvesTable(_ results: [TrialResult]) -> Table {
    let rows = results.flatMap { result in result.curve.map { (result: result, point: $0) } }
    return Table(trainingColumns.map { $0.of(\.result) } + testColumns.map { $0.of(\.point) }, rows)
  }

  private static var trainingColumns: [Column<TrialResult>] {
    [
      Column("setting") { .text($0.plan.setting) }, Column("learningRate") { .number($0.plan.learningRate) },
      Column("weightDecay") { .number($0.plan.weightDecay) }, Column("seed") { .text(String($0.plan.seed)) },
      Column("status") { .text($0.status.rawValue) }, Column("finalAccuracy") { .number($0.accuracy) },
      Column("finalMacroAccuracy") { .number($0.macroAccuracy) },
    ]
  }

  private static var testColumns: [Column<TrialResult.Point>] {
    [
      Column("step") { .integer($0.step) }, Column("trainingLoss") { .number($0.loss) },
      Column("accuracy") { .number($0.accuracy) }, Column("coreSeconds") { .number($0.seconds) },
    ]
  }
}

extension ScoreCard.SettingScore {
  /// What differs from the task's baseline.
  var variation: String {
    guard let open = setting.firstIndex(of: "(") else { return "baseline" }
    return String(setting[setting.index(after: open)...].dropLast())
  }

  /// How the trainings behind the score ended, each way once.
  var status: String {
    statuses.map(\.rawValue).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ", ")
  }
}
