/// What one part of a score tells, and what the mean of the parts loses without it.
public struct PartEffect: Sendable {
  public enum Verdict: String, Sendable {
    /// Without the part the mean of the others tells more, beyond doubt at 95 %: it is useless or harmful.
    case better
    /// Without the part it tells less: the part is needed.
    case worse
  }

  public let part: String
  public let kind: Correlation
  /// The part's own coefficient with the target.
  public let own: CorrelationReport.Row
  /// That of the mean of the other parts, without p-value.
  public let without: CorrelationReport.Row
  /// How much larger in magnitude it is than that of the mean of all parts.
  public let difference: Double?
  public let interval: Interval?

  /// nil if the interval has both signs.
  public var verdict: Verdict? { interval.flatMap { $0.low > 0 ? .better : $0.high < 0 ? .worse : nil } }

  /// The effects of all parts, each for every kind of coefficient; none for a single part, which leaves no others.
  static func all(_ study: CorrelationStudy, _ settings: CorrelationReport.Settings) -> [PartEffect] {
    guard study.parts.count > 1 else { return [] }
    let mean = study.meanOfParts()
    return study.parts.indices.flatMap { index in
      let others = study.meanOfParts(without: index)
      let part = CorrelationStudy.Variable("part " + study.parts[index].name, study.parts[index].values)
      return Correlation.allCases.map { kind in
        let difference = CorrelationReport.differenceInMagnitude(kind, others, mean, study.target)
        return PartEffect(
          part: study.parts[index].name, kind: kind,
          own: CorrelationReport.row("all", Array(mean.values.indices), part, study.target, kind, settings),
          without: CorrelationReport.row("all", others.name, kind, count: mean.values.count, settings) { rows in
            kind.coefficient(rows.map { others.values[$0] }, rows.map { study.target.values[$0] })
          },
          difference: difference(Array(mean.values.indices)),
          interval: Bootstrap.acceleratedInterval(
            rows: mean.values.count, repeats: settings.repeats, seed: settings.seed, difference))
      }
    }
  }
}
