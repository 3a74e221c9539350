import Reporting
import Statistics
import Text

/// What a correlation was computed from: the things that were measured, from the best target to the worst, and a chart of
/// them.
package struct CorrelationPoints {
  private let report: CorrelationReport
  private var study: CorrelationStudy { report.study }
  /// Places of things, in the order of the points.
  private let order: [Int]

  package init(_ report: CorrelationReport) {
    self.report = report
    let values = report.study.target.values
    let sorted = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    order = report.study.lowerIsBetter ? sorted : sorted.reversed()
  }

  /// A row for each thing: means over replicates with their standard errors, parts, covariates. The names of the first
  /// columns are the same whatever was measured.
  package var table: Table {
    func measured(
      _ key: String, _ variable: CorrelationStudy.Variable, _ values: @escaping (CorrelationStudy.Thing) -> [Double]
    ) -> [Column<(number: Int, place: Int)>] {
      [
        Column(key) { .number(variable.values[$0.place], decimals: 4) },
        Column(key + "StandardError") { [study] row in
          .number(or: Self.standardError(values(study.things[row.place])), decimals: 4)
        },
        Column(key + "Measurements") { [study] row in .integer(values(study.things[row.place]).count) },
      ]
    }
    let columns: [Column<(number: Int, place: Int)>] = [
      Column("point") { .integer($0.number) }, Column("name") { [study] in .text(study.things[$0.place].name) },
      Column("class") { [study] in .text(or: study.things[$0.place].classification) },
    ]
    let others = (study.parts + study.covariates).map { variable in
      Column<(number: Int, place: Int)>(variable.name.replacing(" ", with: "_")) {
        .number(variable.values[$0.place], decimals: 4)
      }
    }
    return Table(
      columns + measured("x", study.score, \.scores) + measured("y", study.target, \.targets) + others,
      order.enumerated().map { ($0 + 1, $1) })
  }

  /// The points with the regression line, its band, and the three coefficients over all of them.
  package func chart(_ settings: CorrelationReport.Settings) -> ScatterChart {
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
