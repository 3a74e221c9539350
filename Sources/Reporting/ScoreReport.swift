import MADTasks
import Text

/// A layout's scores as a table, as text and as JSON, and its learning curves.
public struct ScoreReport {
  private let card: ScoreCard
  private let protocolName: String
  private let results: [TrialResult]

  public init(_ card: ScoreCard, protocolName: String, results: [TrialResult]) {
    (self.card, self.protocolName, self.results) = (card, protocolName, results)
  }

  /// One row per setting.
  public var table: Table {
    var table = Table([
      .init("task", "task"), .init("setting", "setting"), .init("score", "score"), .init("standardError", "± s.e."),
      .init("chance", "chance"), .init("cap", "cap"), .init("learningRate", "rate"), .init("status", "status"),
      .init("coreSeconds", "core-s"),
    ])
    for task in card.tasks {
      for setting in task.settings {
        table.add([
          .text(task.task), .text(setting.variation), .number(setting.score, decimals: 3),
          setting.standardError.map { .number($0, decimals: 3) } ?? .nothing, .number(setting.chance, decimals: 3),
          .number(setting.cap, decimals: 3), .text("\(setting.learningRate)"), .text(setting.status),
          .number(setting.seconds, decimals: 1),
        ])
      }
    }
    return table
  }

  public var text: String {
    let error = card.standardError.map { " ± " + NumberText.fixed($0, decimals: 3) } ?? ""
    var lines = [card.layout, "", table.text]
    if card.tasks.contains(where: { $0.settings.count > 1 }) {
      var tasks = Table([.init("task", "task"), .init("score", "mean of settings")])
      for task in card.tasks { tasks.add([.text(task.task), .number(task.score, decimals: 3)]) }
      lines.append(tasks.text)
    }
    lines.append(
      "MAD score \(NumberText.fixed(card.score, decimals: 3))\(error) (\(protocolName), "
        + "\(Duration.text(seconds: card.seconds)) of one core)")
    return lines.joined(separator: "\n")
  }

  public var json: JSONValue {
    .object([
      ("layout", .text(card.layout)), ("protocol", .text(protocolName)), ("score", .number(card.score)),
      ("standardError", card.standardError.map(JSONValue.number) ?? .null), ("coreSeconds", .number(card.seconds)),
      (
        "tasks",
        .list(
          card.tasks.map { task in
            .object([
              ("task", .text(task.task)), ("score", .number(task.score)),
              ("settings", .list(task.settings.map(Self.settingJSON))),
            ])
          })
      ), ("trainings", Self.curvesJSON(results)),
    ])
  }

  private static func settingJSON(_ setting: ScoreCard.SettingScore) -> JSONValue {
    .object([
      ("setting", .text(setting.setting)), ("score", .number(setting.score)),
      ("standardError", setting.standardError.map(JSONValue.number) ?? .null), ("chance", .number(setting.chance)),
      ("cap", .number(setting.cap)), ("learningRate", .number(setting.learningRate)),
      ("weightDecay", .number(setting.weightDecay)), ("status", .text(setting.status)),
      ("coreSeconds", .number(setting.seconds)),
    ])
  }

  /// Every training with its tests on the way.
  public static func curvesJSON(_ results: [TrialResult]) -> JSONValue {
    .list(
      results.map { result in
        .object(
          trainingCells(result).map { ($0.0, $0.1.json) } + [
            (
              "curve",
              .list(
                result.curve.map { point in
                  .object([
                    ("step", .integer(point.step)), ("loss", .number(point.loss)),
                    ("accuracy", .number(point.accuracy)), ("coreSeconds", .number(point.seconds)),
                  ])
                })
            )
          ])
      })
  }

  /// The same, one row per test.
  public static func curvesTable(_ results: [TrialResult]) -> Table {
    let keys = [
      "setting", "learningRate", "weightDecay", "seed", "status", "finalAccuracy", "finalMacroAccuracy", "step", "loss",
      "accuracy", "coreSeconds",
    ]
    var table = Table(keys.map { .init($0, $0) })
    for result in results {
      for point in result.curve {
        table.add(
          trainingCells(result).map(\.1) + [
            .integer(point.step), .number(point.loss), .number(point.accuracy), .number(point.seconds),
          ])
      }
    }
    return table
  }

  private static func trainingCells(_ result: TrialResult) -> [(String, Table.Cell)] {
    [
      ("setting", .text(result.plan.setting)), ("learningRate", .number(result.plan.learningRate)),
      ("weightDecay", .number(result.plan.weightDecay)), ("seed", .text(String(result.plan.seed))),
      ("status", .text(result.status.rawValue)), ("finalAccuracy", .number(result.accuracy)),
      ("finalMacroAccuracy", .number(result.macroAccuracy)),
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
