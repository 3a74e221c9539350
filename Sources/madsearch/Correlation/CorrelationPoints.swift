import Reporting
import Statistics
import Text

/// What a correlation was computed from: the things that were measured, from the best target to the worst, and a chart of
/// them.
struct CorrelationPoints {
  private let report: CorrelationReport
  private var study: CorrelationStudy { report.study }
  /// Places of things, in the order of the points.
  private let order: [Int]

  init(_ report: CorrelationReport) {
    self.report = report
    let values = report.study.target.values
    let sorted = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    order = report.study.lowerIsBetter ? sorted : sorted.reversed()
  }

  /// A row for each thing: means over replicates with their standard errors, parts, covariates.
  var table: Table {
    let isClassified = study.things.contains { $0.classification != nil }
    var table = Table(
      [.init("point", "point"), .init("name", "name")] + (isClassified ? [.init("class", "class")] : [])
        + [study.score, study.target].flatMap { variable in
          [
            Table.Column(variable.name, variable.name),
            .init("\(variable.name) standard error", "\(variable.name) standard error"),
            .init("\(variable.name) measurements", "\(variable.name) measurements"),
          ]
        } + (study.parts + study.covariates).map { .init($0.name, $0.name) })
    for (number, place) in order.enumerated() {
      let thing = study.things[place]
      func cells(_ variable: CorrelationStudy.Variable, _ measured: [Double]) -> [Table.Cell] {
        [
          .number(variable.values[place], decimals: 4),
          CorrelationTable.cell(Self.standardError(measured), decimals: 4),
          .integer(measured.count),
        ]
      }
      table.add(
        [.integer(number + 1), .text(thing.name)]
          + (isClassified ? [thing.classification.map { .text($0) } ?? .nothing] : [])
          + cells(study.score, thing.scores) + cells(study.target, thing.targets)
          + (study.parts + study.covariates).map { .number($0.values[place], decimals: 4) })
    }
    return table
  }

  /// The points with the regression line, its band, and the three coefficients over all of them.
  func chart(_ settings: CorrelationReport.Settings) -> ScatterChart {
    let band = RegressionBand(
      study.score.values, study.target.values, repeats: settings.repeats, seed: settings.seed)
    let captions = report.scoreRows.filter { $0.subset == "all" }.map(Self.caption)
    let legend =
      band?.places.contains { $0.interval != nil } ?? false ? ["line: least squares, with its 95 % band"] : []
    return ScatterChart(
      title: "\(study.score.name) against \(study.target.name), \(NumberText.grouped(study.things.count)) things",
      xTitle: study.score.name, yTitle: study.target.name,
      points: order.map { place in
        let thing = study.things[place]
        return ScatterChart.Point(
          name: thing.name, group: thing.classification, x: study.score.values[place], y: study.target.values[place],
          standardErrorX: Self.standardError(thing.scores), standardErrorY: Self.standardError(thing.targets))
      },
      line: (band?.places ?? []).map {
        ScatterChart.LinePlace(x: $0.x, y: $0.y, low: $0.interval?.low, high: $0.interval?.high)
      }, captions: [captions.joined(separator: ", ")] + legend)
  }

  private static func standardError(_ values: [Double]) -> Double? { MeanEstimate(values)?.standardError }

  /// E.g. `kendall -0.52 [-0.71, -0.32]`.
  private static func caption(_ row: CorrelationReport.Row) -> String {
    func text(_ number: Double) -> String { NumberText.fixed(number, decimals: 2) }
    let interval = row.interval.map { " [\(text($0.low)), \(text($0.high))]" } ?? ""
    return "\(row.kind.rawValue) \(row.coefficient.map(text) ?? "–")\(interval)"
  }
}
