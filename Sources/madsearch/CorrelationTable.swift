import Reporting
import Statistics

/// What `correlate` prints.
struct CorrelationTable {
  let score, target: CorrelationReport.Variable
  let report: CorrelationReport

  var text: String {
    var parts = ["\(score.name) against \(target.name), \(NumberText.grouped(target.values.count)) rows\n", rows.text]
    if !report.comparisons.isEmpty {
      parts.append("how much stronger than a covariate's, in magnitude\n\n" + comparisons.text)
    }
    if !notes.isEmpty { parts.append(notes.map { "note: \($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
  }

  /// The coefficients; `--json` has the comparisons too.
  var csv: String { rows.csv }

  var json: JSON {
    .object([
      ("x", .text(score.name)), ("y", .text(target.name)), ("rows", .integer(target.values.count)),
      ("correlations", rows.json), ("comparisons", comparisons.json), ("notes", .array(notes.map(JSON.text))),
    ])
  }

  private static func cells(_ interval: Interval?) -> [Table.Cell] {
    interval.map { [.number($0.low, decimals: 3), .number($0.high, decimals: 3)] } ?? [.nothing, .nothing]
  }

  private var rows: Table {
    var table = Table([
      .init("subset", "rows"), .init("predictor", "predictor"), .init("given", "given"), .init("count", "count"),
      .init("kind", "kind"), .init("coefficient", "coefficient"), .init("low", "low"), .init("high", "high"),
      .init("pValue", "p"),
    ])
    for row in report.rows {
      table.add(
        [
          .text(row.subset), .text(row.predictor), .text(row.given.joined(separator: " ")), .integer(row.count),
          .text(row.kind.rawValue), row.coefficient.map { .number($0, decimals: 3) } ?? .nothing,
        ] + Self.cells(row.interval) + [row.pValue.map { .number($0, decimals: 4) } ?? .nothing])
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
        [.text(comparison.covariate), .text(comparison.kind.rawValue), .number(comparison.difference, decimals: 3)]
          + Self.cells(comparison.interval) + [.text(comparison.isBeaten ? "yes" : "no")])
    }
    return table
  }

  private var notes: [String] {
    var notes: [String] = []
    let count = target.values.count
    if count < 20 {
      notes.append("\(count) rows are few: intervals are rough, and coefficients of parts of them more so")
    }
    for variable in [score, target] {
      let tied = count - Set(variable.values).count
      if tied > 0 { notes.append("\(tied) of the \(count) values of \(variable.name) repeat another") }
    }
    if report.rows.contains(where: { $0.count < 5 }) {
      notes.append("no intervals below five rows: two or three are in order by chance")
    }
    if report.rows.contains(where: { $0.coefficient == nil }) {
      notes.append("a coefficient is missing where a side does not vary or too few rows are left")
    }
    notes.append("the better half and top quarter span a smaller range, in which any correlation is weaker")
    return notes
  }
}
