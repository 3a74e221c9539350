import MADTasks
import Reporting
import Text

/// What `list tasks` prints: the tasks with what their settings can vary.
package struct TaskList: Report {
  private typealias Variable = (task: String, variable: TaskVariableDescription)

  private let tasks: [any MADTask.Type]

  package init(_ tasks: [any MADTask.Type]) { self.tasks = tasks }

  package var parts: [ReportPart] {
    let variables = tasks.flatMap { task in task.variableDescriptions.map { (task: task.name, variable: $0) } }
    let task = Column<Variable>("task") { .text($0.task) }
    let table = Table([task] + Self.variableColumns.map { $0.of(\.variable) }, variables)
    return [
      .words(tasks.map(Self.words).joined(separator: "\n")), .table(nil, table, in: .csv),
      .table(nil, Table(Self.taskColumns, tasks), in: .json),
    ]
  }

  /// A task with its variables, for people.
  private static func words(_ task: any MADTask.Type) -> String {
    let chance = NumberText.fixed(100 * task.init().chance, decimals: 2)
    return "\(task.name): \(task.summary)\n  \(task.init().backbone.rawValue), chance \(chance) %\n"
      + Table(variableColumns, task.variableDescriptions).text.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  private static var variableColumns: [Column<TaskVariableDescription>] {
    [
      Column("variable") { .text($0.name) },
      Column("aliases", in: .programs) { .list($0.aliases) },
      Column("baseline") { variable in
        let value = Double(variable.baseline).map(JSONValue.number) ?? .text(variable.baseline)
        return .value(value, csv: variable.baseline, text: variable.baseline)
      }, Column("allowed") { .text($0.allowed) }, Column("summary", "meaning") { .text($0.summary) },
    ]
  }

  private static var taskColumns: [Column<any MADTask.Type>] {
    [
      Column("task") { .text($0.name) }, Column("summary") { .text($0.summary) },
      Column("backbone") { .text($0.init().backbone.rawValue) }, Column("chance") { .number($0.init().chance) },
      Column("variables") { .value(Table(variableColumns, $0.variableDescriptions).json, csv: "", text: "") },
    ]
  }
}
