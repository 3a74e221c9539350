import ArgumentParser
import MADTasks
import Reporting
import Text

struct ListTasks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "Print the MAD tasks with what their settings can vary.",
    discussion: "The baseline of a variable is its value in a task that is named alone.")

  @OptionGroup var format: OutputFormat

  func run() throws {
    if format.json {
      try StandardOutput.print(JSONValue.list(MADTasks.all.map(Self.json)).text)
    } else if format.csv {
      try StandardOutput.print(Self.table.csv)
    } else {
      try StandardOutput.print(MADTasks.all.map(Self.text).joined(separator: "\n"))
    }
  }

  private static let columns: [Table.Column] = [
    .init("variable", "variable"), .init("baseline", "baseline"), .init("allowed", "allowed"),
    .init("summary", "meaning"),
  ]

  private static func cells(_ variable: TaskVariableDescription) -> [Table.Cell] {
    [.text(variable.name), .text(variable.baseline), .text(variable.allowed), .text(variable.summary)]
  }

  /// A task with its variables, for people.
  private static func text(_ type: any MADTask.Type) -> String {
    var table = Table(columns)
    for variable in type.variableDescriptions { table.add(cells(variable)) }
    let chance = NumberText.fixed(100 * type.init().chance, decimals: 2)
    return "\(type.name): \(type.summary)\n  \(type.init().backbone.rawValue), chance \(chance) %\n"
      + table.text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  /// A row a variable.
  private static var table: Table {
    var table = Table([.init("task", "task")] + columns)
    for type in MADTasks.all {
      for variable in type.variableDescriptions { table.add([.text(type.name)] + cells(variable)) }
    }
    return table
  }

  private static func json(_ type: any MADTask.Type) -> JSONValue {
    let variables = type.variableDescriptions.map { variable in
      JSONValue.object([
        ("name", .text(variable.name)), ("aliases", .list(variable.aliases.map(JSONValue.text))),
        ("baseline", Double(variable.baseline).map(JSONValue.number) ?? .text(variable.baseline)),
        ("allowed", .text(variable.allowed)), ("summary", .text(variable.summary)),
      ])
    }
    return .object([
      ("name", .text(type.name)), ("summary", .text(type.summary)),
      ("backbone", .text(type.init().backbone.rawValue)), ("chance", .number(type.init().chance)),
      ("variables", .list(variables)),
    ])
  }
}
