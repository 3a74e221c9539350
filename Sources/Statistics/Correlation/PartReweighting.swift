/// Fitted weights of a score's parts beside their plain mean, on things that the weights were not fitted on.
public struct PartReweighting: Sendable {
  /// By part, as the study has them.
  public let weights: PartWeights
  /// Of the held-out scores.
  public let gains: [PartGain]

  /// - Returns: nil with fewer than two parts, or as `PartWeights`.
  init?(_ study: CorrelationStudy, _ settings: CorrelationReport.Settings) {
    guard study.parts.count > 1,
      let weights = PartWeights(
        parts: study.parts.map(\.values), target: study.target.values, lowerIsBetter: study.lowerIsBetter)
    else { return nil }
    self.weights = weights
    gains = PartGain.all(.init("reweighted parts held out", weights.heldOutScores), study, settings)
  }
}
