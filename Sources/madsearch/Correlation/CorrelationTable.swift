import Reporting
import Statistics
import Text

/// What `correlate` prints for programs.
struct CorrelationTable {
  let report: CorrelationReport

  /// The coefficients; `--json` has the rest too.
  var csv: String { rows.csv }

  var json: JSONValue {
    let study = report.study
    return .object([
      ("x", .text(study.score.name)), ("y", .text(study.target.name)),
      ("better", .text(study.lowerIsBetter ? "lower" : "higher")), ("things", .integer(study.things.count)),
      ("correlations", rows.json), ("comparisons", comparisons.json),
      ("verdict", CorrelationVerdict(report).map { .text($0.text) } ?? .null),
      ("rangeLeft", .object(report.ranges.map { ($0.subset, .number($0.share)) })),
      ("reliability", report.attenuation.map(Self.json) ?? .null), ("parts", parts.json),
      ("equalSpread", Self.gains(report.equalSpread, "equalSpread").json), ("reweighting", reweighting),
      ("notes", .list(CorrelationNotes(report).all.map(JSONValue.text))),
    ])
  }

  static func cells(_ interval: Interval?) -> [Table.Cell] {
    interval.map { [.number($0.low, decimals: 3), .number($0.high, decimals: 3)] } ?? [.nothing, .nothing]
  }

  static func cell(_ number: Double?, decimals: Int = 3) -> Table.Cell {
    number.map { .number($0, decimals: decimals) } ?? .nothing
  }

  var rows: Table {
    var table = Table([
      .init("subset", "things"), .init("predictor", "predictor"), .init("given", "given"), .init("count", "count"),
      .init("kind", "kind"), .init("coefficient", "coefficient"), .init("low", "low"), .init("high", "high"),
      .init("pValue", "p"),
    ])
    for row in report.rows {
      table.add(
        [
          .text(row.subset), .text(row.predictor), .text(row.given.joined(separator: " ")), .integer(row.count),
          .text(row.kind.rawValue), Self.cell(row.coefficient),
        ] + Self.cells(row.interval) + [Self.cell(row.pValue, decimals: 4)])
    }
    return table
  }

  private var comparisons: Table {
    var table = Table([
      .init("covariate", "covariate"), .init("kind", "kind"), .init("difference", "difference"), .init("low", "low"),
      .init("high", "high"), .init("isBeaten", "beaten"),
    ])
    for comparison in report.comparisons {
      table.add(
        [.text(comparison.covariate), .text(comparison.kind.rawValue), Self.cell(comparison.difference)]
          + Self.cells(comparison.interval) + [.text(comparison.isBeaten ? "yes" : "no")])
    }
    return table
  }

  private var parts: Table {
    var table = Table([
      .init("part", "part"), .init("kind", "kind"), .init("coefficient", "coefficient"),
      .init("coefficientWithout", "without it"), .init("difference", "difference"), .init("low", "low"),
      .init("high", "high"), .init("withoutIt", "is"),
    ])
    for effect in report.partEffects {
      table.add(
        [
          .text(effect.part), .text(effect.kind.rawValue), Self.cell(effect.own.coefficient),
          Self.cell(effect.without.coefficient), Self.cell(effect.difference),
        ] + Self.cells(effect.interval) + [effect.verdict.map { .text($0.rawValue) } ?? .nothing])
    }
    return table
  }

  private static func json(_ attenuation: AttenuationCorrection) -> JSONValue {
    func json(_ side: AttenuationCorrection.Side) -> JSONValue {
      .object([
        ("name", .text(side.name)), ("measurements", .integer(side.measurements)),
        ("reliability", side.hasReplicates ? cell(side.reliability).json : .null),
        ("low", cell(side.interval?.low).json), ("high", cell(side.interval?.high).json),
      ])
    }
    return .object([("x", json(attenuation.score)), ("y", json(attenuation.target))])
  }

  private var reweighting: JSONValue {
    guard let reweighting = report.reweighting else { return .null }
    let weights = reweighting.weights
    return .object([
      ("weights", .object(zip(report.study.parts, weights.weights).map { ($0.name, .number($1)) })),
      ("shrinkage", weights.shrinkage.isFinite ? .number(weights.shrinkage) : .text("equal weights")),
      ("gains", Self.gains(reweighting.gains, "heldOut").json),
    ])
  }

  /// What another way to join the parts gains over their plain mean.
  private static func gains(_ gains: [PartGain], _ key: String) -> Table {
    var table = Table([
      .init("kind", "kind"), .init("mean", "mean"), .init(key, key), .init("gain", "gain"), .init("low", "low"),
      .init("high", "high"),
    ])
    for gain in gains {
      table.add(
        [
          .text(gain.kind.rawValue), cell(gain.mean.coefficient), cell(gain.other.coefficient), cell(gain.gain),
        ] + cells(gain.interval))
    }
    return table
  }
}
