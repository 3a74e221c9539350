import Layouts
import Reporting
import Text

/// What `describe --normalize` prints.
struct NormalizationTable {
  let target: Int
  let layout: Layout
  let primitives: [StateNormalization]

  /// A row for each primitive as it is, and one for each way to come near the target.
  private var table: Table {
    var table = Table([
      .init("primitive", "primitive"), .init("options", "options"), .init("state", "state"),
      .init("difference", "difference"), .init("parameters", "parameters"), .init("choice", "choice"),
    ])
    for normalization in primitives {
      let stays = normalization.best.changes.isEmpty
      for (index, choice) in ([normalization.given] + normalization.alternatives).enumerated() {
        let isBest = index == (stays ? 0 : 1)
        table.add([
          .text(normalization.given.primitive.canonical),
          .text(choice.changes.map { "\($0.name)=\($0.value)" }.joined(separator: ",")),
          .integer(choice.state), .integer(choice.state - target), .integer(choice.parameters),
          .text(isBest ? "nearest" : index == 0 ? "as given" : ""),
        ])
      }
    }
    return table
  }

  var csv: String { table.csv }

  var text: String {
    guard !primitives.isEmpty else { return "There is no sequence mixer whose state could be changed.\n" }
    return "state \(NumberText.grouped(target)) per sequence mixer\n\n" + table.text + "\nnearest: \(layout)\n"
  }

  var json: JSONValue {
    .object([
      ("state", .integer(target)), ("layout", .text(layout.canonical)),
      (
        "primitives",
        .list(
          primitives.map { normalization in
            .object(
              members(normalization.given) + [
                ("nearest", .text(normalization.best.primitive.canonical)),
                ("alternatives", .list(normalization.alternatives.map { .object(members($0)) })),
              ])
          })
      ),
    ])
  }

  private func members(_ choice: StateNormalization.Choice) -> [(String, JSONValue)] {
    [
      ("primitive", .text(choice.primitive.canonical)), ("state", .integer(choice.state)),
      ("parameters", .integer(choice.parameters)),
    ]
  }
}
