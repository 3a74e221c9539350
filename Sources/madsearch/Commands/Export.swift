import ArgumentParser
import Reports
import Runs

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print all that a run has measured: a row for each candidate, rung and replicate.",
    discussion: """
      With layouts, costs, scores by task, losses, statuses and core-seconds; --csv for tables, --json for programs, of \
      which docs/outputs.md lists columns and keys. Works while the run is going.
      """)

  @Argument(help: RunArgument.help)
  var name: String

  @OptionGroup var format: OutputFormat

  func run() throws {
    try format.print(RunExport(RunStore.open(RunArgument.folder(name), isReadOnly: true)))
  }
}
