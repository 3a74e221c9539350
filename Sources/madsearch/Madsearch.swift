import Architecture
import ArgumentParser
import Foundation
import Text

@main
struct Madsearch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "madsearch",
    abstract: "Search sequence-model architectures for a budget of compute, parameters and state.",
    discussion: """
      Data go to standard output, messages to standard error. Exit codes: 0 done, 2 the command line, 65 a bad input \
      file, 69 a needed service or program is missing, 70 a defect of madsearch, 130 interrupted.
      """,
    version: Version.text,
    subcommands: [
      Run.self, Resume.self, Status.self, Pareto.self, Show.self, Export.self, Validate.self, Schema.self,
      Describe.self, List.self, Evaluate.self, Train.self, Scale.self, Fit.self, Correlate.self, Dump.self,
      Benchmark.self, WorkerCommand.self, Manual.self,
    ])

  static func main() async {
    Startup.prepare()
    // A closed pipe shows as an error of the write, which `StandardOutput` handles.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT) { _ in _exit(ExitStatus.interrupted.rawValue) }
    Foundation.exit(await end(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the command that the arguments name and says how the program ends.
  private static func end(of arguments: [String]) async -> Int32 {
    do {
      do {
        try Startup.checkProductLibrary()
        var command = try parse(arguments)
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
      } catch  where exitCode(for: error) == .success && !(error is ExitCode) {
        // Help, and what else is asked for and printed instead of running.
        try StandardOutput.print(fullMessage(for: error))
      }
      return ExitStatus.done.rawValue
    } catch {
      let (message, status) = ErrorReport.make(error)
      ErrorReport.print(message)
      return status
    }
  }

  /// Parses, after a look at the names of commands: the parser would call a misspelt one an unexpected argument.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    var (command, path): (any ParsableCommand.Type, String) = (Self.self, "")
    for name in arguments {
      let commands = command.configuration.subcommands
      guard !commands.isEmpty, !name.hasPrefix("-"), name != "help" else { break }
      guard let next = commands.first(where: { $0._commandName == name }) else {
        let known = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        throw ValidationError(
          "there is no command '\(path)\(name)'" + suggestion(for: name, among: known, otherwise: "the commands are"))
      }
      (command, path) = (next, path + name + " ")
    }
    return try parseAsRoot(arguments)
  }
}
