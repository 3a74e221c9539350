/// Fitted weights of a score's parts beside their plain mean, on things that the weights were not fitted on.
public struct PartReweighting: Sendable {
  /// How much the held-out scores tell more than the plain mean.
  public struct Gain: Sendable {
    public let kind: Correlation
    public let mean, heldOut: CorrelationReport.Row
    /// The held-out coefficient less that of the mean, both counted positive in the direction of a good score, as a
    /// magnitude would make weights that point the wrong way look good.
    public let gain: Double?
    /// By bootstrap over things, with the held-out scores as they are.
    public let interval: Interval?
  }

  /// By part, as the study has them.
  public let weights: PartWeights
  public let gains: [Gain]

  /// - Returns: nil with fewer than two parts, or as `PartWeights`.
  init?(_ study: CorrelationStudy, _ settings: CorrelationReport.Settings) {
    let target = study.target.values
    guard study.parts.count > 1,
      let weights = PartWeights(
        parts: study.parts.map(\.values), target: target, lowerIsBetter: study.lowerIsBetter)
    else { return nil }
    self.weights = weights
    let mean = study.meanOfParts()
    let heldOut = CorrelationStudy.Variable("reweighted parts held out", weights.heldOutScores)
    let sign = study.lowerIsBetter ? -1.0 : 1
    gains = Correlation.allCases.map { kind in
      func row(_ predictor: CorrelationStudy.Variable) -> CorrelationReport.Row {
        CorrelationReport.row("all", predictor.name, kind, count: target.count, settings) { rows in
          kind.coefficient(rows.map { predictor.values[$0] }, rows.map { target[$0] })
        }
      }
      let gain: @Sendable ([Int]) -> Double? = { rows in
        let drawn = rows.map { target[$0] }
        guard let first = kind.coefficient(rows.map { heldOut.values[$0] }, drawn),
          let second = kind.coefficient(rows.map { mean.values[$0] }, drawn)
        else { return nil }
        return sign * (first - second)
      }
      return Gain(
        kind: kind, mean: row(mean), heldOut: row(heldOut), gain: gain(Array(target.indices)),
        interval: Bootstrap.acceleratedInterval(
          rows: target.count, repeats: settings.repeats, seed: settings.seed, gain))
    }
  }
}
