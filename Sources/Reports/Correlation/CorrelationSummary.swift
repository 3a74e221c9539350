import Reporting
import Statistics
import Text

/// What `correlate` prints of one score and target: sections with titles, for people Kendall's coefficients alone in the
/// secondary ones.
package struct CorrelationSummary: Report {
  private let report: CorrelationReport
  private var study: CorrelationStudy { report.study }

  package init(_ report: CorrelationReport) { self.report = report }

  package var parts: [ReportPart] {
    let groups: [[ReportPart]] = [
      [.words(heading), .facts(facts), .table("correlations", coefficients, in: .programs)], scores, noise, covariates,
      given, partEffects, equalSpread, reweighting, [.notes(CorrelationNotes(report).all)],
    ]
    return groups.flatMap(\.self)
  }

  /// The coefficients of all predictors.
  var coefficients: Table { Table(CorrelationColumns.rows, report.rows) }

  private var heading: String {
    let direction =
      study.lowerIsBetter
      ? "Lower \(study.target.name) is better, so a good score is near -1: a τ-b \"of at least 0.8\" is -0.8 or below "
        + "here."
      : "Higher \(study.target.name) is better, so a good score is near 1."
    return "\(study.score.name) against \(study.target.name), \(NumberText.grouped(study.things.count)) things\n"
      + direction + "\n"
  }

  private var facts: [Fact] {
    let ranges = JSONValue.object(report.ranges.map { ($0.subset, JSONValue.number($0.share)) })
    return [
      Fact("x", .text(study.score.name)), Fact("y", .text(study.target.name)),
      Fact("better", .text(study.lowerIsBetter ? "lower" : "higher")), Fact("things", .integer(study.things.count)),
      Fact("rangeLeft", .value(ranges, csv: "", text: "")),
      Fact("verdict", .text(or: CorrelationVerdict(report)?.text)),
    ]
  }

  // MARK: Sections

  private var scores: [ReportPart] {
    let shown = CorrelationColumns.rows.showing("subset", "count", "kind", "coefficient", "low", "high", "pValue")
    return [.table(nil, Table(shown, report.scoreRows), words: "the score, with 95 % intervals", in: .text)]
  }

  private var noise: [ReportPart] {
    let words = "without noise: the share of variation that replicates repeat, and what that makes of the score"
    let sides: [CorrelationColumns.Side] =
      report.attenuation.map { [("x", $0.score), ("y", $0.target)] } ?? []
    let table = Table(CorrelationColumns.sides, sides)
    guard let attenuation = report.attenuation else { return [.table("reliability", table, in: .json)] }
    let corrected = attenuation.rows.map { row -> CorrelationColumns.Corrected in
      (row, measured: report.scoreRows.first { $0.subset == "all" && $0.kind == row.kind })
    }
    return [
      .table("reliability", table, words: words, in: [.text, .json]),
      .table(nil, Table(CorrelationColumns.corrected, corrected), in: .text),
    ]
  }

  private var covariates: [ReportPart] {
    let rows = report.covariateRows.map { row -> CorrelationColumns.Covariate in
      (row, comparison: report.comparisons.first { $0.covariate == row.predictor && $0.kind == row.kind })
    }
    let (columns, words) = (CorrelationColumns.covariates, "covariates on their own, Kendall's")
    let all = ReportPart.table("comparisons", Table(columns, rows), in: .json)
    guard let verdict = CorrelationVerdict(report) else { return [all] }
    return [
      all, .table(nil, Table(columns, rows.filter { $0.row.kind == .kendall }), words: words, in: .text),
      .words("verdict: \(verdict.text)\n"),
    ]
  }

  private var given: [ReportPart] {
    let rows = report.partialRows.filter { $0.kind == ($0.given.count > 1 ? .spearman : .kendall) }
    let shown = CorrelationColumns.rows.showing("given", "kind", "coefficient", "low", "high")
    let words = "the score with covariates taken into account"
    return rows.isEmpty ? [] : [.table(nil, Table(shown, rows), words: words, in: .text)]
  }

  private var partEffects: [ReportPart] {
    let (columns, effects) = (CorrelationColumns.parts, report.partEffects)
    let kendall = Table(columns, effects.filter { $0.kind == .kendall })
    let words = "parts, Kendall's, and the mean of the parts without each"
    return [.table("parts", Table(columns, effects), in: .json)]
      + (effects.isEmpty ? [] : [.table(nil, kendall, words: words, in: .text)])
  }

  private var equalSpread: [ReportPart] {
    let gains = report.equalSpread
    let words = "the parts brought to the same spread, each divided by its standard deviation over the things"
    return [
      .table(
        "equalSpread", Table(CorrelationColumns.gains("equalSpread", "equal spread"), gains), words: words,
        in: gains.isEmpty ? .json : [.text, .json])
    ]
  }

  private var reweighting: [ReportPart] {
    guard let reweighting = report.reweighting else { return [.facts([Fact("reweighting", .nothing)])] }
    return [.report("reweighting", ReweightingReport(reweighting, parts: study.parts.map(\.name)))]
  }
}

/// The parts of a score weighted anew.
private struct ReweightingReport: Report {
  private let reweighting: PartReweighting
  private let names: [String]

  init(_ reweighting: PartReweighting, parts: [String]) { (self.reweighting, names) = (reweighting, parts) }

  var parts: [ReportPart] {
    let shrinkage = reweighting.weights.shrinkage
    let chosen = shrinkage.isFinite ? "shrinkage \(NumberText.exact(shrinkage))" : "equal weights were best"
    let columns: [Column<(String, Double)>] = [
      Column("part") { .text($0.0) }, Column("weight") { .number($0.1, decimals: 3) },
    ]
    let weights = Table(columns, zip(names, reweighting.weights.weights))
    return [
      .table("weights", weights, words: "the parts weighted anew (\(chosen)), and how that does on things held out"),
      .facts([Fact("shrinkage", shrinkage.isFinite ? .number(shrinkage) : .text("equal weights"))]),
      .table("gains", Table(CorrelationColumns.gains("heldOut", "held out"), reweighting.gains)),
    ]
  }
}
