import ArgumentParser
import MADTasks
import Reports

struct ListTasks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "Print the MAD tasks with what their settings can vary.",
    discussion: "The baseline of a variable is its value in a task that is named alone.")

  @OptionGroup var format: OutputFormat

  func run() throws { try format.print(TaskList(MADTasks.all)) }
}
