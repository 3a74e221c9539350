/// What the quality at a rung is. The archive keeps it so that high is good.
public enum QualityMeasure: String, Sendable {
  /// The MAD score, from 0 to 1.
  case score
  /// Held-out loss in nats per byte; in the archive negated.
  case loss

  public var isLowerBetter: Bool { self == .loss }

  /// What is shown for a quality.
  public func value(_ quality: Double) -> Double { self == .loss ? -quality : quality }
}
