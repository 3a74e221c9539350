import Layouts
import Training

/// One training of a layout on one setting of a task: everything that its result depends on besides the layout.
public struct TrialPlan: Codable, Hashable, Sendable {
  /// The setting's identity, e.g. `in-context-recall(vocabulary=32)`.
  public var setting: String
  public var dim: Int
  public var batch: Int
  public var steps: Int
  public var learningRate: Double
  public var weightDecay: Double
  /// The learning rate falls along a cosine to this value.
  public var minimumRate: Double
  /// Steps of linear warm-up.
  public var warmUp: Int
  /// The learning rate changes every so many steps.
  public var rateStride: Int
  /// Standard deviation of a new token embedding.
  public var embeddingDeviation: Double
  /// Longest gradient, or none.
  public var clipNorm: Double?
  /// Lengths of the first sequences, as shares of the training and of the setting's length.
  public var curriculum: [CurriculumStage]
  /// How often the model is tested, and on how many examples before the last time.
  public var evaluations: Int
  public var evaluationExamples: Int
  public var testExamples: Int
  public var stopping: Stopping
  /// Distinguishes replicates: initial weights and order of the examples.
  public var seed: UInt64
  /// Of the data; equal for all layouts, so that they are compared on the same examples.
  public var dataSeed: UInt64
}

extension TrialPlan {
  /// FLOPs of the training, had it no curriculum and no early end.
  /// - Throws: `TaskError` if the setting is not understood, `LayerError` or `ArchitectureError` if the layout does not fit.
  public func trainingFLOPs(of layout: Layout) throws -> Double {
    let task = try MADTasks.setting(setting)
    let model = try layout.makeModel(for: task, dim: dim)
    return Double(batch * steps) * Double(task.inputLength) * model.costs(time: task.inputLength).trainingFLOPs
  }
}

/// A first part of a training on shorter sequences.
public struct CurriculumStage: Codable, Hashable, Sendable {
  /// The stage lasts until this share of the steps is done.
  public var until: Double
  /// Length as a share of the setting's.
  public var length: Double
  public init(until: Double, length: Double) { (self.until, self.length) = (until, length) }
}

/// When a training ends before its last step.
public struct Stopping: Codable, Hashable, Sendable {
  /// Test accuracy at which a task counts as solved.
  public var solved: Double
  /// From this share of the steps on a training may be given up; 1 never gives up.
  public var hopelessAfter: Double
  /// It is given up while its best accuracy lies within this share of the way from chance to the cap.
  public var hopelessBelow: Double

  public init(solved: Double, hopelessAfter: Double = 1, hopelessBelow: Double = 0) {
    (self.solved, self.hopelessAfter, self.hopelessBelow) = (solved, hopelessAfter, hopelessBelow)
  }
}

/// What one training gave.
public struct TrialResult: Codable, Sendable {
  public enum Status: String, Codable, Sendable {
    case finished
    /// Ended early with the task solved.
    case solved
    /// Given up at chance level.
    case hopeless
    /// A loss or gradient was not finite; the accuracy is chance.
    case diverged
  }

  /// One test during the training.
  public struct Point: Codable, Sendable {
    public var step: Int
    /// Mean training loss since the last test, in nats.
    public var loss: Double
    public var accuracy: Double
    /// Processor time since the training began.
    public var seconds: Double
  }

  /// The canonical layout.
  public var layout: String
  public var plan: TrialPlan
  public var status: Status
  /// Pooled test accuracy at the end.
  public var accuracy: Double
  /// The public code's macro accuracy at the end.
  public var macroAccuracy: Double
  public var chance: Double
  public var cap: Double
  public var curve: [Point]
  /// Steps done.
  public var steps: Int
  /// Processor time of this training, in core-seconds.
  public var seconds: Double

  public init(
    layout: String, plan: TrialPlan, status: Status, accuracy: Double, macroAccuracy: Double, chance: Double,
    cap: Double, curve: [Point], steps: Int, seconds: Double
  ) {
    (self.layout, self.plan, self.status) = (layout, plan, status)
    (self.accuracy, self.macroAccuracy, self.chance, self.cap) = (accuracy, macroAccuracy, chance, cap)
    (self.curve, self.steps, self.seconds) = (curve, steps, seconds)
  }

  /// The mean of the tests so far, with the last one standing for those that an early stop left out: it rewards learning
  /// early, which still differs where final accuracies are all the same.
  public var curveAccuracy: Double {
    guard !curve.isEmpty else { return accuracy }
    let missing = max(plan.evaluations - curve.count, 0)
    return (curve.reduce(0) { $0 + $1.accuracy } + Double(missing) * accuracy) / Double(curve.count + missing)
  }
}
