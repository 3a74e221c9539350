import Layouts
import Reporting
import Text

/// What `describe --normalize` prints.
package struct NormalizationReport: Report {
  private typealias Row = (given: StateNormalization.Choice, choice: StateNormalization.Choice, standing: String)

  private let target: Int
  private let layout: Layout
  private let primitives: [StateNormalization]

  /// - Parameter layout: the nearest.
  package init(target: Int, layout: Layout, primitives: [StateNormalization]) {
    (self.target, self.layout, self.primitives) = (target, layout, primitives)
  }

  package var parts: [ReportPart] {
    let facts = ReportPart.facts([
      Fact("state", .integer(target)), Fact("layout", .text(layout.canonical)),
      Fact("primitives", .value(.list(primitives.map(json)), csv: "", text: "")),
    ])
    let hasNone = primitives.isEmpty
    return [
      facts,
      .table(
        nil, table, words: "state \(NumberText.grouped(target)) per sequence mixer", in: hasNone ? .csv : [.text, .csv]),
      .words(
        hasNone ? "There is no sequence mixer whose state could be changed.\n" : "nearest: \(layout)\n"),
    ]
  }

  /// A row for each primitive as it is, and one for each way to come near the target.
  private var table: Table {
    let rows = primitives.flatMap { normalization -> [Row] in
      let best = normalization.best.changes.isEmpty ? 0 : 1
      return ([normalization.given] + normalization.alternatives).enumerated().map { index, choice in
        (normalization.given, choice, index == best ? "nearest" : index == 0 ? "as given" : "")
      }
    }
    let columns: [Column<Row>] = [
      Column("primitive") { .text($0.given.primitive.canonical) },
      Column("options") { .text($0.choice.changes.map { "\($0.name)=\($0.value)" }.joined(separator: ",")) },
      Column("state") { .integer($0.choice.state) },
      Column("difference") { [target] in .integer($0.choice.state - target) },
      Column("parameters") { .integer($0.choice.parameters) }, Column("choice") { .text($0.standing) },
    ]
    return Table(columns, rows)
  }

  private func json(_ normalization: StateNormalization) -> JSONValue {
    func members(_ choice: StateNormalization.Choice) -> [(String, JSONValue)] {
      [
        ("primitive", .text(choice.primitive.canonical)), ("state", .integer(choice.state)),
        ("parameters", .integer(choice.parameters)),
      ]
    }
    return .object(
      members(normalization.given) + [
        ("nearest", .text(normalization.best.primitive.canonical)),
        ("alternatives", .list(normalization.alternatives.map { .object(members($0)) })),
      ])
  }
}
