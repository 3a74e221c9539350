import Reporting
import Statistics
import Text

/// What `fit` prints.
struct FitReport {
  struct Settings {
    /// FLOPs to predict at.
    let targets: [Double]
    let tolerance, delta: Double
    /// Bootstrap draws, and their seed.
    let repeats: Int
    let seed: UInt64
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

  let form: Fit.Form
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

  var text: String {
    var parts = [title + "\n" + summary + "\n"]
    if !budgets.isEmpty { parts.append(Self.wide(budgets.map(\.point), budgets).text) }
    if !coefficients.isEmpty { parts.append(coefficientTable.text) }
    if !predictions.isEmpty { parts.append(Self.wide(predictions, []).text) }
    if !notes.isEmpty { parts.append(notes.map { "note: \($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
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

  private var coefficientTable: Table {
    var table = Table([
      .init("quantity", "coefficient"), .init("estimate", "estimate"), .init("low", "low"), .init("high", "high"),
    ])
    for quantity in coefficients { table.add([.text(quantity.title)] + Self.cells(quantity)) }
    return table
  }

  /// A row a point, three columns a quantity.
  private static func wide(_ points: [Point], _ budgets: [Budget]) -> Table {
    var columns = [Table.Column("flops", "FLOPs")]
    if !budgets.isEmpty { columns += [.init("runs", "runs"), .init("optimum", "optimum")] }
    for quantity in points.max(by: { $0.quantities.count < $1.quantities.count })?.quantities ?? [] {
      columns += [.init(quantity.key, quantity.title), .init("low", "low"), .init("high", "high")]
    }
    var table = Table(columns)
    for (index, point) in points.enumerated() {
      let budget: [Table.Cell] =
        budgets.isEmpty ? [] : [.integer(budgets[index].runs), .text(budgets[index].optimum)]
      table.add([.significant(point.flops)] + budget + point.quantities.flatMap(cells))
    }
    return table
  }

  private static func cells(_ quantity: Quantity) -> [Table.Cell] {
    [.significant(quantity.estimate)]
      + (quantity.interval.map { [.significant($0.low), .significant($0.high)] } ?? [.nothing, .nothing])
  }

  /// A row for each quantity.
  var csv: String {
    var table = Table([
      .init("quantity", ""), .init("flops", ""), .init("estimate", ""), .init("low", ""), .init("high", ""),
    ])
    for quantity in coefficients { table.add([.text(quantity.key), .nothing] + Self.cells(quantity)) }
    for (kind, points) in [("budget", budgets.map(\.point)), ("target", predictions)] {
      for point in points {
        for quantity in point.quantities {
          table.add([.text("\(kind).\(quantity.key)"), .significant(point.flops)] + Self.cells(quantity))
        }
      }
    }
    return table.csv
  }

  var json: JSONValue {
    func members(_ quantities: [Quantity]) -> [(String, JSONValue)] {
      quantities.map { quantity in
        let interval = quantity.interval.map { [("low", JSONValue.number($0.low)), ("high", .number($0.high))] } ?? []
        return (quantity.key, .object([("estimate", .number(quantity.estimate))] + interval))
      }
    }
    return .object([
      ("form", .text(form.rawValue)), ("formula", .text(title)), ("rows", .integer(rows)),
      ("objective", objective.map(JSONValue.number) ?? .null), ("delta", .number(settings.delta)),
      (
        "bootstrap",
        .object([
          ("draws", .integer(settings.repeats)), ("undetermined", .integer(failures)), ("level", .number(0.95)),
          ("seed", .text(String(settings.seed))),
        ])
      ),
      ("coefficients", .object(members(coefficients))),
      (
        "budgets",
        .list(
          budgets.map {
            .object(
              [
                ("flops", .number($0.point.flops)), ("runs", .integer($0.runs)), ("optimum", .text($0.optimum)),
              ] + members($0.point.quantities))
          })
      ),
      (
        "predictions",
        .list(predictions.map { .object([("flops", .number($0.flops))] + members($0.quantities)) })
      ),
      ("notes", .list(notes.map(JSONValue.text))),
    ])
  }
}
