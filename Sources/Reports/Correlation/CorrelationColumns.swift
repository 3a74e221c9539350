import Reporting
import Statistics

/// The columns of the tables of `correlate`.
enum CorrelationColumns {
  typealias Row = CorrelationReport.Row
  typealias Corrected = (row: Row, measured: Row?)
  typealias Covariate = (row: Row, comparison: CorrelationReport.Comparison?)
  /// The axis is `x` for the score and `y` for the target.
  typealias Side = (axis: String, side: AttenuationCorrection.Side)

  /// Coefficient, interval and p-value.
  private static var estimate: [Column<Row>] {
    columns(
      [Column("coefficient") { .number(or: $0.coefficient, decimals: 3) }], interval { $0.interval },
      [Column("pValue", "p") { .number(or: $0.pValue, decimals: 4) }])
  }

  /// The ends of an interval: `low` and `high`, or `…Low` and `…High` of what the prefix names.
  static func interval<Row>(_ prefix: String = "", _ value: @escaping (Row) -> Interval?) -> [Column<Row>] {
    [
      Column(prefix.isEmpty ? "low" : prefix + "Low", "low") { .number(or: value($0)?.low, decimals: 3) },
      Column(prefix.isEmpty ? "high" : prefix + "High", "high") { .number(or: value($0)?.high, decimals: 3) },
    ]
  }

  static var rows: [Column<Row>] {
    columns(
      [
        Column("subset", "things") { .text($0.subset) }, Column("predictor") { .text($0.predictor) },
        Column("given") { .list($0.given) }, Column("count") { .integer($0.count) },
        Column("kind") { .text($0.kind.rawValue) },
      ], estimate)
  }

  static var sides: [Column<Side>] {
    columns(
      [
        Column("axis", in: .programs) { .text($0.axis) }, Column("side") { .text($0.side.name) },
        Column("measurements") { .integer($0.side.measurements) },
        Column("hasReplicates", in: .programs) { .flag($0.side.hasReplicates) },
        Column("reliability") { .number(or: $0.side.reliability, decimals: 3) },
      ], interval { $0.side.interval })
  }

  static var corrected: [Column<Corrected>] {
    columns(
      [
        Column("kind") { .text($0.row.kind.rawValue) },
        Column("measured") { .number(or: $0.measured?.coefficient, decimals: 3) },
        Column("corrected") { .number(or: $0.row.coefficient, decimals: 3) },
      ], interval { $0.row.interval })
  }

  static var covariates: [Column<Covariate>] {
    columns(
      [
        Column("covariate") { .text($0.row.predictor) },
        Column("kind", in: .programs) { .text($0.row.kind.rawValue) },
      ], estimate.map { column in column.of { $0.row } },
      [Column("difference", "score is stronger by") { .number(or: $0.comparison?.difference, decimals: 3) }],
      interval("difference") { $0.comparison?.interval },
      [Column("isBeaten", "beaten") { .flag($0.comparison?.isBeaten ?? false) }])
  }

  static var parts: [Column<PartEffect>] {
    columns(
      [Column("part") { .text($0.part) }, Column("kind", in: .programs) { .text($0.kind.rawValue) }],
      estimate.map { column in column.of { $0.own } },
      [
        Column("coefficientWithout", "mean without it") { .number(or: $0.without.coefficient, decimals: 3) },
        Column("difference", "stronger by") { .number(or: $0.difference, decimals: 3) },
      ], interval("difference") { $0.interval },
      [Column("withoutIt", "without it") { .text(or: $0.verdict?.rawValue) }])
  }

  /// What another way to join the parts gains over their plain mean.
  static func gains(_ key: String, _ title: String) -> [Column<PartGain>] {
    columns(
      [
        Column("kind") { .text($0.kind.rawValue) },
        Column("mean", "plain mean") { .number(or: $0.mean.coefficient, decimals: 3) },
      ], interval("mean") { $0.mean.interval },
      [Column(key, title) { .number(or: $0.other.coefficient, decimals: 3) }], interval(key) { $0.other.interval },
      [Column("gain") { .number(or: $0.gain, decimals: 3) }], interval("gain") { $0.interval })
  }
}
