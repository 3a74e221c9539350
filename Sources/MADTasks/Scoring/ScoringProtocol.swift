import Foundation

/// How a layout is scored: which settings it is trained on, how long, with which sweep, and what counts.
///
/// Three protocols are built in; others can be read from JSON files of the same form.
public struct ScoringProtocol: Codable, Hashable, Sendable {
  /// One setting and what differs there from the protocol's common values.
  public struct Entry: Codable, Hashable, Sendable {
    public var setting: String
    public var steps: Int?
    public var epochs: Int?
    public var curriculum: [CurriculumStage]?
    public var learningRates: [Double]?

    public init(
      _ setting: String, steps: Int? = nil, epochs: Int? = nil, curriculum: [CurriculumStage]? = nil,
      learningRates: [Double]? = nil
    ) {
      (self.setting, self.steps, self.epochs) = (setting, steps, epochs)
      (self.curriculum, self.learningRates) = (curriculum, learningRates)
    }
  }

  /// What of a training counts.
  public enum Measure: String, Codable, Sendable, CaseIterable {
    /// Test accuracy at the end.
    case final
    /// Mean of all tests during the training.
    case curve
  }

  public var name: String
  public var summary: String
  public var dim: Int
  public var batch: Int
  /// Updates of a training; `epochs` in an entry overrides it.
  public var steps: Int
  public var learningRates: [Double]
  public var weightDecays: [Double]
  public var minimumRate: Double
  /// Share of the steps that warm up.
  public var warmUp: Double
  public var clipNorm: Double?
  /// Standard deviation of a new token embedding.
  public var embeddingDeviation: Double
  public var replicates: Int
  public var evaluations: Int
  public var evaluationExamples: Int
  public var testExamples: Int
  public var stopping: Stopping
  public var measure: Measure
  public var settings: [Entry]

  /// The trainings of the protocol, sweep and replicates included.
  /// - Parameter seed: of initial weights and order; data come from it too.
  /// - Throws: `TaskError` if a setting is not understood.
  public func plans(seed: UInt64, dim: Int? = nil) throws -> [TrialPlan] {
    var plans: [TrialPlan] = []
    for entry in settings {
      let task = try MADTasks.setting(entry.setting)
      let stepsPerEpoch = (task.trainingExamples + batch - 1) / batch
      let steps = entry.steps ?? entry.epochs.map { $0 * stepsPerEpoch } ?? steps
      for rate in entry.learningRates ?? learningRates {
        for decay in weightDecays {
          for replicate in 0..<replicates {
            plans.append(
              TrialPlan(
                setting: task.identity, dim: dim ?? self.dim, batch: batch, steps: steps, learningRate: rate,
                weightDecay: decay, minimumRate: minimumRate, warmUp: Int(warmUp * Double(steps)),
                rateStride: entry.epochs == nil ? 1 : stepsPerEpoch, embeddingDeviation: embeddingDeviation,
                clipNorm: clipNorm, curriculum: entry.curriculum ?? [], evaluations: evaluations,
                evaluationExamples: evaluationExamples, testExamples: testExamples, stopping: stopping,
                seed: seed &+ UInt64(replicate), dataSeed: seed))
          }
        }
      }
    }
    return plans
  }

  /// The score of guessing: the mean over tasks of the mean over settings of chance accuracy.
  /// - Throws: `TaskError` if a setting is not understood.
  public var chance: Double {
    get throws {
      let all = try settings.map { try MADTasks.setting($0.setting) }
      return MADTasks.all.compactMap { task in
        let own = all.filter { type(of: $0) == task }
        return own.isEmpty ? nil : own.map(\.chance).mean
      }.mean
    }
  }
}
