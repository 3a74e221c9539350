import Foundation

/// The scores of a layout: of each setting the best of its sweep, of each task the mean of its settings, and their mean.
public struct ScoreCard: Codable, Sendable {
  public struct SettingScore: Codable, Sendable {
    public var setting: String
    /// The best of the sweep, averaged over replicates.
    public var score: Double
    /// Standard error over the replicates; absent if there is one.
    public var standardError: Double?
    public var chance: Double
    public var cap: Double
    public var learningRate: Double
    public var weightDecay: Double
    public var statuses: [TrialResult.Status]
    public var seconds: Double
  }

  public struct TaskScore: Codable, Sendable {
    public var task: String
    public var score: Double
    public var settings: [SettingScore]
  }

  public var layout: String
  /// The MAD score: mean over tasks of the mean over settings.
  public var score: Double
  public var standardError: Double?
  public var tasks: [TaskScore]
  /// Core-seconds of all trainings.
  public var seconds: Double

  /// - Parameters:
  ///   - measure: what of a training counts.
  ///   - accuracy: pooled, or the public code's macro accuracy (final accuracies only).
  public init(layout: String, results: [TrialResult], measure: ScoringProtocol.Measure, accuracy: Accuracy.Kind) {
    func value(_ result: TrialResult) -> Double {
      if result.status == .diverged { return result.chance }
      switch (measure, accuracy) {
      case (.curve, .pooled): return result.curveAccuracy
      case (_, .macro): return result.macroAccuracy
      case (.final, .pooled): return result.accuracy
      }
    }
    self.layout = layout
    seconds = results.reduce(0) { $0 + $1.seconds }
    let bySetting = Dictionary(grouping: results, by: \.plan.setting)
    let order = results.map(\.plan.setting).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let scores = order.compactMap { setting -> SettingScore? in
      let all = bySetting[setting] ?? []
      let sweep = Dictionary(grouping: all) { [$0.plan.learningRate, $0.plan.weightDecay] }
      let best = sweep.values.map { ($0, $0.map(value).mean) }.max {
        ($0.1, -$0.0[0].plan.learningRate) < ($1.1, -$1.0[0].plan.learningRate)
      }
      guard let (trials, score) = best, let first = trials.first else { return nil }
      return SettingScore(
        setting: setting, score: score, standardError: trials.map(value).standardError, chance: first.chance,
        cap: first.cap, learningRate: first.plan.learningRate, weightDecay: first.plan.weightDecay,
        statuses: trials.map(\.status), seconds: all.reduce(0) { $0 + $1.seconds })
    }
    let taskOf: (SettingScore) -> String = { String($0.setting.prefix { $0 != "(" }) }
    let taskOrder = scores.map(taskOf).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    tasks = taskOrder.map { task in
      let own = scores.filter { taskOf($0) == task }
      return TaskScore(task: task, score: own.map(\.score).mean, settings: own)
    }
    score = tasks.map(\.score).mean
    // Settings are trained apart: their errors add up in squares.
    let parts = tasks.flatMap { task in
      task.settings.map { $0.standardError.map { $0 / Double(task.settings.count * max(taskOrder.count, 1)) } }
    }
    let errors = parts.compactMap { $0 }
    standardError =
      errors.count == parts.count && !errors.isEmpty ? errors.reduce(0) { $0 + $1 * $1 }.squareRoot() : nil
  }
}

extension [Double] {
  /// 0 for no numbers.
  var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

  /// Of the mean; nil for fewer than two numbers.
  var standardError: Double? {
    guard count > 1 else { return nil }
    let mean = mean
    let variance = reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    return (variance / Double(count)).squareRoot()
  }
}
