import Reporting
import Statistics
import Text

/// What `correlate` prints for people: sections with titles, in the secondary ones Kendall's coefficients alone.
struct CorrelationText {
  private let report: CorrelationReport
  private var study: CorrelationStudy { report.study }

  init(_ report: CorrelationReport) { self.report = report }

  var text: String {
    let sections = [heading, scores, noise, covariates, given, parts, equalSpread, reweighting].compactMap(\.self)
    let notes = CorrelationNotes(report).all.map { "note: \($0)\n" }.joined()
    return (sections + (notes.isEmpty ? [] : [notes])).joined(separator: "\n")
  }

  private var heading: String {
    let direction =
      study.lowerIsBetter
      ? "Lower \(study.target.name) is better, so a good score is near -1: a τ-b \"of at least 0.8\" is -0.8 or below "
        + "here."
      : "Higher \(study.target.name) is better, so a good score is near 1."
    return "\(study.score.name) against \(study.target.name), \(NumberText.grouped(study.things.count)) things\n"
      + direction + "\n"
  }

  private var scores: String {
    var table = Table([
      .init("subset", "things"), .init("count", "count"), .init("kind", "kind"), .init("coefficient", "coefficient"),
      .init("low", "low"), .init("high", "high"), .init("pValue", "p"),
    ])
    for row in report.scoreRows {
      table.add([.text(row.subset), .integer(row.count), .text(row.kind.rawValue)] + Self.estimate(row))
    }
    return Self.section("the score, with 95 % intervals", table.text)
  }

  private var noise: String? {
    guard let attenuation = report.attenuation else { return nil }
    var sides = Table([
      .init("side", "side"), .init("measurements", "measurements"), .init("reliability", "reliability"),
      .init("low", "low"), .init("high", "high"),
    ])
    for side in [attenuation.score, attenuation.target] {
      sides.add(
        [.text(side.name), .integer(side.measurements), CorrelationTable.cell(side.reliability)]
          + CorrelationTable.cells(side.interval))
    }
    var table = Table([
      .init("kind", "kind"), .init("measured", "measured"), .init("corrected", "corrected"), .init("low", "low"),
      .init("high", "high"),
    ])
    for row in attenuation.rows {
      let measured = report.scoreRows.first { $0.subset == "all" && $0.kind == row.kind }
      table.add(
        [
          .text(row.kind.rawValue), CorrelationTable.cell(measured?.coefficient),
          CorrelationTable.cell(row.coefficient),
        ]
          + CorrelationTable.cells(row.interval))
    }
    return Self.section(
      "without noise: the share of variation that replicates repeat, and what that makes of the score",
      sides.text + "\n" + table.text)
  }

  private var covariates: String? {
    guard let verdict = CorrelationVerdict(report) else { return nil }
    var table = Table([
      .init("covariate", "covariate"), .init("coefficient", "coefficient"), .init("low", "low"), .init("high", "high"),
      .init("pValue", "p"), .init("difference", "score is stronger by"), .init("differenceLow", "low"),
      .init("differenceHigh", "high"), .init("isBeaten", "beaten"),
    ])
    for row in report.covariateRows where row.kind == .kendall {
      let comparison = report.comparisons.first { $0.covariate == row.predictor && $0.kind == .kendall }
      table.add(
        [.text(row.predictor)] + Self.estimate(row) + [CorrelationTable.cell(comparison?.difference)]
          + CorrelationTable.cells(comparison?.interval) + [.text(comparison?.isBeaten ?? false ? "yes" : "no")])
    }
    return Self.section("covariates on their own, Kendall's", table.text + "verdict: \(verdict.text)\n")
  }

  private var given: String? {
    guard !report.partialRows.isEmpty else { return nil }
    var table = Table([
      .init("given", "given"), .init("kind", "kind"), .init("coefficient", "coefficient"), .init("low", "low"),
      .init("high", "high"),
    ])
    for row in report.partialRows where row.kind == (row.given.count > 1 ? .spearman : .kendall) {
      table.add(
        [.text(row.given.joined(separator: ", ")), .text(row.kind.rawValue), CorrelationTable.cell(row.coefficient)]
          + CorrelationTable.cells(row.interval))
    }
    return Self.section("the score with covariates taken into account", table.text)
  }

  private var parts: String? {
    guard !report.partEffects.isEmpty else { return nil }
    var table = Table([
      .init("part", "part"), .init("coefficient", "coefficient"), .init("low", "low"), .init("high", "high"),
      .init("pValue", "p"), .init("without", "mean without it"), .init("difference", "stronger by"),
      .init("differenceLow", "low"), .init("differenceHigh", "high"), .init("verdict", "without it"),
    ])
    for effect in report.partEffects where effect.kind == .kendall {
      table.add(
        [.text(effect.part)] + Self.estimate(effect.own)
          + [CorrelationTable.cell(effect.without.coefficient), CorrelationTable.cell(effect.difference)]
          + CorrelationTable.cells(effect.interval) + [effect.verdict.map { .text($0.rawValue) } ?? .nothing])
    }
    return Self.section("parts, Kendall's, and the mean of the parts without each", table.text)
  }

  private var reweighting: String? {
    guard let reweighting = report.reweighting else { return nil }
    let shrinkage = reweighting.weights.shrinkage
    var weights = Table([.init("part", "part"), .init("weight", "weight")])
    for (part, weight) in zip(study.parts, reweighting.weights.weights) {
      weights.add([.text(part.name), .number(weight, decimals: 3)])
    }
    let table = Self.gains(reweighting.gains, "held out")
    let chosen = shrinkage.isFinite ? "shrinkage \(NumberText.exact(shrinkage))" : "equal weights were best"
    return Self.section(
      "the parts weighted anew (\(chosen)), and how that does on things held out", weights.text + "\n" + table.text)
  }

  private var equalSpread: String? {
    guard !report.equalSpread.isEmpty else { return nil }
    return Self.section(
      "the parts brought to the same spread, each divided by its standard deviation over the things",
      Self.gains(report.equalSpread, "equal spread").text)
  }

  /// What another way to join the parts gains over their plain mean.
  private static func gains(_ gains: [PartGain], _ title: String) -> Table {
    var table = Table([
      .init("kind", "kind"), .init("mean", "plain mean"), .init("meanLow", "low"), .init("meanHigh", "high"),
      .init("other", title), .init("low", "low"), .init("high", "high"), .init("gain", "gain"),
      .init("gainLow", "low"), .init("gainHigh", "high"),
    ])
    for gain in gains {
      table.add(
        [.text(gain.kind.rawValue), CorrelationTable.cell(gain.mean.coefficient)]
          + CorrelationTable.cells(gain.mean.interval) + [CorrelationTable.cell(gain.other.coefficient)]
          + CorrelationTable.cells(gain.other.interval) + [CorrelationTable.cell(gain.gain)]
          + CorrelationTable.cells(gain.interval))
    }
    return table
  }

  private static func section(_ title: String, _ body: String) -> String { title + "\n\n" + body }

  /// Coefficient, interval and p-value.
  private static func estimate(_ row: CorrelationReport.Row) -> [Table.Cell] {
    [CorrelationTable.cell(row.coefficient)] + CorrelationTable.cells(row.interval)
      + [CorrelationTable.cell(row.pValue, decimals: 4)]
  }
}
