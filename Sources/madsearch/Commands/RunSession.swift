import ArgumentParser
import Configuration
import Engine
import Foundation
import Reports
import Runs
import Text

/// How a run is executed; the same for `run` and `resume`.
struct ExecutionOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Worker processes, one thread each. Default: one for each processor that may be used.")
  var workers = Parallel.coreCount

  @Option(
    help: ArgumentHelp(
      "Who does the evaluations: \(Executors.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")).",
      valueName: "name"))
  var executor = Executors.standard.name

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long one evaluation may take.", valueName: "seconds"))
  var timeLimit = 86_400

  func validate() throws {
    try Check.range("--workers", workers, 1...1024)
    try Check.range("--time-limit", timeLimit, 1...31_536_000)
    _ = try kind()
  }
}

extension ExecutionOptions {
  func kind() throws -> any Executor.Type {
    if let kind = Executors.named(executor) { return kind }
    let known = Executors.all.map { $0.name }
    throw ValidationError(
      "there is no executor '\(executor)'" + suggestion(for: executor, among: known, otherwise: "the executors are"))
  }

  var settings: ExecutorSettings {
    ExecutorSettings(
      executable: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), workers: workers,
      timeLimit: Double(timeLimit), clock: RunningClock())
  }
}

/// Limits of a whole run, whichever ends first; the same for `run` and `resume`.
struct BudgetOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Candidates at the first rung, seeds included.")
  var candidates: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Time on the clock over all sessions, e.g. 90m, 2h30m, 1.5d, or as Slurm writes it, 1-12:00:00.",
      valueName: "duration"))
  var time: String?

  @Option(parsing: .unconditional, help: "Core-hours of training.")
  var coreHours: Double?

  func validate() throws {
    if let candidates { try Check.range("--candidates", candidates, 1...1_000_000) }
    _ = try hours()
    if let coreHours, !(coreHours > 0 && coreHours <= 1e9) {
      throw ValidationError("--core-hours must be more than 0 and at most 1e9, found \(coreHours)")
    }
  }

  /// The time on the clock; none if none is given.
  func hours() throws -> Double? {
    guard let time else { return nil }
    if let hours = SlurmTime.hours(time), hours > 0, hours <= 1e6 { return hours }
    let units: [Character: Double] = ["d": 24, "h": 1, "m": 1 / 60.0, "s": 1 / 3600.0]
    var (hours, digits) = (0.0, "")
    for character in time where hours.isFinite {
      guard let unit = units[character] else {
        digits.append(character)
        continue
      }
      hours += (Double(digits).flatMap { $0 >= 0 ? $0 : nil } ?? .nan) * unit
      digits = ""
    }
    guard digits.isEmpty, hours > 0, hours <= 1e6 else {
      throw ValidationError(
        "--time must be above 0 with the units d, h, m or s, e.g. 90m or 2h30m, or days-hours:minutes:seconds, "
          + "found '\(time)'")
    }
    return hours
  }
}

/// Brings a run to its end, shows progress and prints the front.
struct RunSession {
  let coordinator: Coordinator
  let execution: ExecutionOptions
  let format: OutputFormat

  /// - Throws: `ExitCode` 130 if it was interrupted.
  func run() throws {
    Interruption.install()
    var display = RunDisplay(name: coordinator.settings.name)
    var isStopping = false
    let ending = try coordinator.run(
      execution.kind(), settings: execution.settings,
      shouldStop: {
        if Interruption.isAsked, !isStopping {
          isStopping = true
          display.say(
            "finishing what takes less than \(Int(Coordinator.grace)) seconds and parking the rest; Ctrl-C again ends at once"
          )
        }
        return Interruption.isAsked
      },
      onProgress: { display.show($0) })
    display.end()
    try format.print(FrontReport(Front(coordinator.store)))
    let resume = Advice.command("resume", coordinator.folder.path)
    switch ending {
    case .complete: break
    case .budgetSpent: ErrorReport.print("the budget is spent; go on with more: \(resume) --time … or --core-hours …")
    case .interrupted:
      ErrorReport.print("interrupted; go on with: \(resume)")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }
}
