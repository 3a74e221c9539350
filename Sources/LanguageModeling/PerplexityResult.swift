import Foundation

/// What the training of a language model gave.
public struct PerplexityResult: Codable, Sendable {
  public enum Status: String, Codable, Sendable {
    case finished
    /// A loss or gradient was not finite.
    case diverged
  }

  /// One test during the training.
  public struct Point: Codable, Sendable, Equatable {
    public var step: Int
    /// Mean training loss since the last test, in nats per byte.
    public var loss: Double
    /// Held-out loss in nats per byte.
    public var heldOut: Double
    /// Processor time since the training began, in core-seconds.
    public var seconds: Double
  }

  /// The canonical layout.
  public var layout: String
  public var plan: PerplexityPlan
  /// What the corpus was called, and its fingerprint.
  public var corpus: String
  public var fingerprint: String
  public var status: Status
  public var parameters: Int
  /// FLOPs per token of a training step.
  public var trainingFLOPs: Double
  /// Held-out loss at the end in nats per byte; none if the training diverged.
  public var heldOut: Double?
  /// The number of held-out bytes behind it.
  public var heldOutTokens: Int
  public var curve: [Point]
  /// Steps done.
  public var steps: Int
  /// Processor time, in core-seconds, tests included.
  public var seconds: Double
  /// Speed of the training, tests not included.
  public var tokensPerSecond: Double

  /// Perplexity per byte.
  public var perplexity: Double? { heldOut.map { exp($0) } }
  public var bitsPerByte: Double? { heldOut.map { $0 / log(2) } }
}
