import Reporting
import Statistics
import Text

/// What `fit` prints.
package struct FitReport: Report {
  package struct Settings {
    /// FLOPs to predict at.
    package let targets: [Double]
    let tolerance, delta: Double
    /// Bootstrap draws, and their seed.
    let repeats: Int
    let seed: UInt64

    package init(targets: [Double], tolerance: Double, delta: Double, repeats: Int, seed: UInt64) {
      (self.targets, self.tolerance, self.delta) = (targets, tolerance, delta)
      (self.repeats, self.seed) = (repeats, seed)
    }
  }

  /// How loss is taken to depend on size, tokens and compute.
  package enum Form: String, CaseIterable, Sendable {
    case isoflop, power, parametric
  }

  /// A number that follows from a fit, with its 95 % interval if there is one.
  struct Quantity {
    /// The name in CSV and JSON, and in text.
    let key, title: String
    let estimate: Double
    let interval: Interval?
  }

  /// Quantities at some compute.
  struct Point {
    let flops: Double
    let quantities: [Quantity]
  }

  struct Budget {
    let point: Point
    let runs: Int
    /// inside, outside or none.
    let optimum: String
  }

  let form: Form
  /// The formulas.
  let title: String
  let rows: Int
  /// The sum of Huber losses; nil if there is no such fit.
  let objective: Double?
  let settings: Settings
  /// Draws that determined nothing.
  let failures: Int
  let coefficients: [Quantity]
  let budgets: [Budget]
  let predictions: [Point]
  let notes: [String]
  /// What it was fitted to with its lines; nil where two quantities do not show it.
  package var chart: LineChart?

  package var parts: [ReportPart] {
    var parts: [ReportPart] = [
      .words(title + "\n" + summary + "\n"), .facts(facts), .table("quantities", all, in: .csv),
    ]
    if !budgets.isEmpty { parts.append(.table(nil, Self.wide(budgets.map(\.point), budgets), in: .text)) }
    if !coefficients.isEmpty {
      parts.append(
        .table(
          nil, Table([Column("quantity", "coefficient") { .text($0.title) }] + Self.estimate, coefficients), in: .text))
    }
    if !predictions.isEmpty { parts.append(.table(nil, Self.wide(predictions, []), in: .text)) }
    return parts + [.notes(notes)]
  }

  private var summary: String {
    var parts = ["\(NumberText.grouped(rows)) rows"]
    if let objective {
      parts.append(
        "objective \(NumberText.significant(objective, digits: 6)) (sum of Huber losses of log loss, delta "
          + NumberText.exact(settings.delta) + ")")
    }
    let quantities = coefficients + budgets.flatMap(\.point.quantities)
    if quantities.contains(where: { $0.interval != nil }) {
      parts.append("95 % intervals from \(NumberText.grouped(settings.repeats)) draws")
    }
    return parts.joined(separator: ", ")
  }

  /// A row a point, three columns a quantity.
  private static func wide(_ points: [Point], _ budgets: [Budget]) -> Table {
    var columns = [Table.Heading("flops", "FLOPs")]
    if !budgets.isEmpty { columns += [.init("runs", "runs"), .init("optimum", "optimum")] }
    for quantity in points.max(by: { $0.quantities.count < $1.quantities.count })?.quantities ?? [] {
      columns += [.init(quantity.key, quantity.title), .init("low", "low"), .init("high", "high")]
    }
    var table = Table(columns)
    for (index, point) in points.enumerated() {
      let budget: [Cell] =
        budgets.isEmpty ? [] : [.integer(budgets[index].runs), .text(budgets[index].optimum)]
      table.add([.significant(point.flops)] + budget + point.quantities.flatMap(cells))
    }
    return table
  }

  private static var estimate: [Column<Quantity>] {
    [
      Column("estimate") { .significant($0.estimate) }, Column("low") { .significant(or: $0.interval?.low) },
      Column("high") { .significant(or: $0.interval?.high) },
    ]
  }

  private static func cells(_ quantity: Quantity) -> [Cell] { estimate.map { $0.cell(quantity) } }

  /// A row for each quantity.
  private var all: Table {
    typealias Row = (kind: String, flops: Double?, quantity: Quantity)
    func rows(_ kind: String, _ points: [Point]) -> [Row] {
      points.flatMap { point in point.quantities.map { (kind + "." + $0.key, point.flops, $0) } }
    }
    let columns: [Column<Row>] =
      [Column("quantity") { .text($0.kind) }, Column("flops") { .significant(or: $0.flops) }]
      + Self.estimate.map { $0.of(\.quantity) }
    return Table(
      columns,
      coefficients.map { ($0.key, nil, $0) } + rows("budget", budgets.map(\.point)) + rows("target", predictions))
  }

  private var facts: [Fact] {
    func value(_ value: JSONValue) -> Cell { .value(value, csv: "", text: "") }
    func members(_ quantities: [Quantity]) -> [(String, JSONValue)] {
      quantities.map { quantity in
        let interval = quantity.interval.map { [("low", JSONValue.number($0.low)), ("high", .number($0.high))] } ?? []
        return (quantity.key, .object([("estimate", .number(quantity.estimate))] + interval))
      }
    }
    let budgetList = budgets.map { budget -> JSONValue in
      let facts: [(String, JSONValue)] = [
        ("flops", .number(budget.point.flops)), ("runs", .integer(budget.runs)), ("optimum", .text(budget.optimum)),
      ]
      return .object(facts + members(budget.point.quantities))
    }
    let predictionList = predictions.map { JSONValue.object([("flops", .number($0.flops))] + members($0.quantities)) }
    return [
      Fact("form", .text(form.rawValue)), Fact("formula", .text(title)), Fact("rows", .integer(rows)),
      Fact("objective", .number(or: objective)), Fact("delta", .number(settings.delta)),
      Fact(
        "bootstrap",
        value([
          "draws": .integer(settings.repeats), "undetermined": .integer(failures), "level": 0.95,
          "seed": .text(String(settings.seed)),
        ])), Fact("coefficients", value(.object(members(coefficients)))), Fact("budgets", value(.list(budgetList))),
      Fact("predictions", value(.list(predictionList))),
    ]
  }
}
