/// The coefficients that score and target would have without noise, as far as replicates tell it (Spearman 1904).
public struct AttenuationCorrection: Sendable {
  /// How much of the variation of a side's means is of the things.
  public struct Side: Sendable {
    public let name: String
    /// From 0 to 1; nil without replicates, where the correction takes it to be 1.
    public let reliability: Double?
    public let interval: Interval?
    public let measurements: Int
    public let hasReplicates: Bool
  }

  public let score, target: Side
  /// Pearson's, and Spearman's, for which the same reliabilities are only nearly right; each draw of the intervals
  /// estimates the reliabilities again. Without p-values.
  public let rows: [CorrelationReport.Row]

  /// - Returns: nil if neither side has replicates.
  init?(_ study: CorrelationStudy, _ settings: CorrelationReport.Settings) {
    score = Self.side(study.score.name, study.things.map(\.scores), settings)
    target = Self.side(study.target.name, study.things.map(\.targets), settings)
    guard score.hasReplicates || target.hasReplicates else { return nil }
    let (scores, targets) = (study.things.map(\.scores), study.things.map(\.targets))
    let (isScoreNoisy, isTargetNoisy) = (score.hasReplicates, target.hasReplicates)
    rows = [Correlation.pearson, .spearman].map { kind in
      let statistic: @Sendable ([Int]) -> Double? = { rows in
        let coefficient = kind.coefficient(
          rows.map { study.score.values[$0] }, rows.map { study.target.values[$0] })
        guard let coefficient,
          let first = isScoreNoisy ? Reliability.ofMeans(rows.map { scores[$0] }) : 1,
          let second = isTargetNoisy ? Reliability.ofMeans(rows.map { targets[$0] }) : 1
        else { return nil }
        return Reliability.correctedForAttenuation(coefficient, first, second)
      }
      return CorrelationReport.row(
        "all", study.score.name + " corrected", kind, count: study.things.count, settings, statistic)
    }
  }

  private static func side(
    _ name: String, _ measurements: [[Double]], _ settings: CorrelationReport.Settings
  ) -> Side {
    Side(
      name: name, reliability: Reliability.ofMeans(measurements),
      interval: Bootstrap.acceleratedInterval(
        rows: measurements.count, repeats: settings.repeats, seed: settings.seed
      ) { rows in Reliability.ofMeans(rows.map { measurements[$0] }) },
      measurements: measurements.reduce(0) { $0 + $1.count }, hasReplicates: measurements.contains { $0.count > 1 })
  }
}
