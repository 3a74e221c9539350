import Foundation
import Training

/// One training of a language model: everything that its result depends on besides the layout and the corpus.
public struct PerplexityPlan: Codable, Hashable, Sendable {
  public var dim: Int
  /// Bytes in a sequence.
  public var length: Int
  /// Sequences in a step.
  public var batch: Int
  public var steps: Int
  /// The peak at the reference size; the rule says what it is at this one.
  public var learningRate: Double
  public var rateRule: LearningRateRule
  /// Steps of linear warm-up.
  public var warmUp: Int
  /// The learning rate falls along a cosine to this share of its peak.
  public var finalRate: Double
  public var weightDecay: Double
  /// Longest gradient.
  public var clipNorm: Double
  /// Standard deviation of a new token embedding.
  public var embeddingDeviation: Double
  /// How often the model is tested, the end included.
  public var evaluations: Int
  /// How many held-out bytes it is tested on, on the way and at the end, if there are so many.
  public var evaluationTokens: Int
  public var finalTokens: Int
  /// Of the initial weights and of the choice of windows.
  public var seed: UInt64

  /// Bytes are the tokens.
  public static let vocabulary = 256
  public static let standardRate = 4e-3
  public static let standardLength = 256

  /// - Parameter tokens: how many to train on, rounded up to whole steps.
  public init(
    dim: Int, tokens: Int, length: Int = standardLength, batch: Int = 4, learningRate: Double = standardRate,
    rateRule: LearningRateRule = .transfer, seed: UInt64 = 1
  ) {
    (self.dim, self.length, self.batch, self.seed) = (dim, length, batch, seed)
    steps = max(1, (tokens - 1) / max(length * batch, 1) + 1)
    (self.learningRate, self.rateRule) = (learningRate, rateRule)
    warmUp = max(1, steps / 20)
    (finalRate, weightDecay, clipNorm, embeddingDeviation) = (0.1, 0.1, 1, 0.5)
    (evaluations, evaluationTokens, finalTokens) = (10, 1 << 14, 1 << 17)
  }

  /// The same training of another width and length.
  public func at(dim: Int, steps: Int) -> PerplexityPlan {
    var plan = self
    (plan.dim, plan.steps, plan.warmUp) = (dim, steps, max(1, steps / 20))
    return plan
  }

  /// Tokens of a step, and of the whole training.
  public var stepTokens: Int { batch * length }
  public var tokens: Int { steps * stepTokens }

  var schedule: Schedule {
    Schedule(
      peak: learningRate, minimum: finalRate * learningRate, shape: .cosine, warmUp: warmUp, steps: steps)
  }

  /// Small batches tell less about the second moment, hence the shorter memory than PyTorch's.
  var optimizer: AdamW { AdamW(weightDecay: weightDecay, beta2: 0.98) }
}
