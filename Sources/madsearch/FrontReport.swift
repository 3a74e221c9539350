import Reporting
import Runs

/// The non-dominated candidates as a table.
enum FrontReport {
  static func print(_ store: RunStore, _ format: OutputFormat) throws {
    guard let front = try Front(store) else {
      if format.json { try StandardOutput.print("[]\n") }
      return ErrorReport.print("nothing has been measured yet")
    }
    var table = Table([
      .init("candidate", "candidate"), .init("score", "score"), .init("parameters", "parameters"),
      .init("forwardFLOPs", "FLOPs/token"), .init("state", "state"), .init("origin", "origin"),
      .init("layout", "layout"),
    ])
    for member in front.members {
      let costs = member.candidate.costs
      table.add([
        .integer(Int(member.candidate.id)), .number(member.score, decimals: 4), .integer(costs.parameters),
        .number(costs.forwardFLOPs, decimals: 0), .integer(costs.state), .text(member.candidate.origin.rawValue),
        .text(member.candidate.layout),
      ])
    }
    if format.json {
      try StandardOutput.print(table.json.text)
    } else if format.csv {
      try StandardOutput.print(table.csv)
    } else {
      let names = front.objectives.map(\.rawValue).joined(separator: ", ")
      try StandardOutput.print("Non-dominated at rung \(front.rung + 1) by \(names):\n\n" + table.text)
    }
  }
}
