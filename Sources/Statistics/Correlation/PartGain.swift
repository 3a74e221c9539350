/// How much another way to join the parts of a score tells more than their plain mean.
public struct PartGain: Sendable {
  public let kind: Correlation
  public let mean, other: CorrelationReport.Row
  /// The other's coefficient less that of the mean, both counted positive in the direction of a good score, as a magnitude
  /// would make one that points the wrong way look good.
  public let gain: Double?
  /// By bootstrap over things, with the joined scores as they are.
  public let interval: Interval?

  /// - Parameter other: a score of each thing.
  static func all(
    _ other: CorrelationStudy.Variable, _ study: CorrelationStudy, _ settings: CorrelationReport.Settings
  ) -> [PartGain] {
    let (target, mean) = (study.target.values, study.meanOfParts())
    let sign = study.lowerIsBetter ? -1.0 : 1
    return Correlation.allCases.map { kind in
      func row(_ predictor: CorrelationStudy.Variable) -> CorrelationReport.Row {
        CorrelationReport.row("all", predictor.name, kind, count: target.count, settings) { rows in
          kind.coefficient(rows.map { predictor.values[$0] }, rows.map { target[$0] })
        }
      }
      let gain: @Sendable ([Int]) -> Double? = { rows in
        let drawn = rows.map { target[$0] }
        guard let first = kind.coefficient(rows.map { other.values[$0] }, drawn),
          let second = kind.coefficient(rows.map { mean.values[$0] }, drawn)
        else { return nil }
        return sign * (first - second)
      }
      return PartGain(
        kind: kind, mean: row(mean), other: row(other), gain: gain(Array(target.indices)),
        interval: Bootstrap.acceleratedInterval(
          rows: target.count, repeats: settings.repeats, seed: settings.seed, gain))
    }
  }
}
