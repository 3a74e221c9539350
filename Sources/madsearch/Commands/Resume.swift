import ArgumentParser
import Runs

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go on with an interrupted run; nothing finished is done again.")

  @Argument(help: RunArgument.help)
  var name: String

  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var format: OutputFormat

  func run() throws {
    try RunSession(
      coordinator: try Coordinator.resume(RunArgument.folder(name)), execution: execution, format: format
    ).run()
  }
}
