import Reporting
import Statistics
import Text

/// What `correlate` prints of runs.
struct RunCorrelationReport {
  private let correlation: RunCorrelation
  private let settings: CorrelationReport.Settings
  private let chosen: RunCorrelation.Pair
  /// Of the chosen pair.
  let report: CorrelationReport

  /// - Throws: `CorrelationStudyError`.
  init(_ correlation: RunCorrelation, chosen: RunCorrelation.Pair, settings: CorrelationReport.Settings) throws {
    (self.correlation, self.settings, self.chosen) = (correlation, settings, chosen)
    report = CorrelationReport(try correlation.study(chosen), settings: settings)
  }

  func print(_ format: OutputFormat) throws {
    try StandardOutput.print(format.json ? json().text : format.csv ? csv() : text())
  }

  private func report(_ pair: RunCorrelation.Pair) throws -> CorrelationReport {
    let isChosen = pair.predictor == chosen.predictor && pair.target == chosen.target
    return isChosen ? report : CorrelationReport(try correlation.study(pair), settings: settings)
  }

  private func text() throws -> String {
    var parts = [
      "Scores against losses in \(correlation.runs.joined(separator: ", ")): Kendall's τ-b, near -1 for a good score\n",
      try correlation.overview(settings).text,
    ]
    if let gains = try correlation.gains(settings) {
      parts.append("what a dearer score gains, on the layouts that have both\n\n" + gains.text)
    }
    if !correlation.notes.isEmpty { parts.append(correlation.notes.map { "note: \($0)\n" }.joined()) }
    return parts.joined(separator: "\n") + "\n" + CorrelationText(report).text
  }

  /// The coefficients of all pairs.
  private func csv() throws -> String {
    var table: Table?
    for pair in correlation.pairs {
      let rows = CorrelationTable(report: try report(pair)).rows
      var all = table ?? Table([.init("score", "score"), .init("loss", "loss")] + rows.columns)
      for row in rows.rows { all.add([.text(pair.predictor.name), .text(pair.title)] + row) }
      table = all
    }
    return table?.csv ?? ""
  }

  private func json() throws -> JSONValue {
    .object([
      ("runs", .list(correlation.runs.map(JSONValue.text))), ("overview", try correlation.overview(settings).json),
      ("gains", try correlation.gains(settings)?.json ?? .list([])),
      (
        "pairs",
        .list(
          try correlation.pairs.map { pair in
            .object([
              ("score", .text(pair.predictor.name)), ("loss", .text(pair.title)),
              ("kind", .text(pair.target.kind)), ("report", CorrelationTable(report: try report(pair)).json),
            ])
          })
      ),
      ("notes", .list(correlation.notes.map(JSONValue.text))),
    ])
  }
}
