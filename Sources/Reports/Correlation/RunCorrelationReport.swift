import Reporting
import Statistics
import Text

/// What `correlate` prints of runs.
package struct RunCorrelationReport: Report {
  /// Of the chosen pair.
  package let report: CorrelationReport
  package let parts: [ReportPart]

  /// - Parameter form: in which it will be printed: programs get all pairs in full, people the chosen one.
  /// - Throws: `CorrelationStudyError`.
  package init(
    _ correlation: RunCorrelation, chosen: RunCorrelation.Pair, settings: CorrelationReport.Settings, for form: Forms
  ) throws {
    let report = CorrelationReport(try correlation.study(chosen), settings: settings)
    self.report = report
    let (overview, gains) = (try correlation.overview(settings), try correlation.gains(settings))
    let runs = correlation.runs.joined(separator: ", ")
    var parts: [ReportPart] = [
      .words("Scores against losses in \(runs): Kendall's τ-b, near -1 for a good score\n"),
      .facts([Fact("runs", .list(correlation.runs))]), .table("overview", overview, in: [.text, .json]),
      .table(
        "gains", gains, words: "what a dearer score gains, on the layouts that have both",
        in: gains.rows.isEmpty ? .json : [.text, .json]),
      .notes(correlation.notes),
    ]
    if form == .text {
      parts.append(.report("chosen", CorrelationSummary(report)))
    } else {
      let pairs = try correlation.pairs.map { pair in
        let isChosen = pair.predictor == chosen.predictor && pair.target == chosen.target
        let own = isChosen ? report : CorrelationReport(try correlation.study(pair), settings: settings)
        return PairReport(pair: pair, summary: CorrelationSummary(own))
      }
      parts += [.reports("pairs", pairs), .table("all", Self.all(pairs), in: .csv)]
    }
    self.parts = parts
  }

  /// The coefficients of all pairs.
  private static func all(_ pairs: [PairReport]) -> Table {
    var table = Table([.init("score"), .init("loss")] + CorrelationColumns.rows.map(\.heading))
    for pair in pairs {
      for row in pair.summary.coefficients.rows {
        table.add([.text(pair.pair.predictor.name), .text(pair.pair.title)] + row)
      }
    }
    return table
  }
}

/// One score against one loss.
private struct PairReport: Report {
  let pair: RunCorrelation.Pair
  let summary: CorrelationSummary

  var parts: [ReportPart] {
    [
      .facts([
        Fact("score", .text(pair.predictor.name)), Fact("loss", .text(pair.title)),
        Fact("kind", .text(pair.target.kind)),
      ]), .report("report", summary),
    ]
  }
}
