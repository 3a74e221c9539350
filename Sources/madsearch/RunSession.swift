import ArgumentParser
import Configuration
import Engine
import Foundation
import Reporting
import Runs

/// How a run is executed; the same for `run` and `resume`.
struct ExecutionOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Worker processes, one thread each. Default: all cores.")
  var workers = Parallel.coreCount

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long one evaluation may take.", valueName: "seconds"))
  var timeLimit = 86_400

  func validate() throws {
    try Check.range("--workers", workers, 1...1024)
    try Check.range("--time-limit", timeLimit, 1...31_536_000)
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
    let progress = RunProgress()
    let isComplete = try coordinator.run(
      executable: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(), workers: execution.workers,
      timeLimit: Double(execution.timeLimit), shouldStop: { Interruption.isAsked }, onProgress: progress.show)
    Progress.clear()
    try FrontReport.print(coordinator.store, format)
    guard isComplete else {
      ErrorReport.print("interrupted; go on with: madsearch resume \(coordinator.folder.path)")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }
}

/// A bar on a terminal, a line a rung elsewhere.
private final class RunProgress {
  private var announced: Int?

  func show(_ progress: Coordinator.Progress) {
    let rung = "rung \(progress.rung + 1) of \(progress.rungs) (\(progress.protocolName))"
    if announced != progress.rung, !Progress.isTerminal {
      let left = progress.total - progress.done
      ErrorReport.print("\(rung): \(progress.total) candidates, \(left) to evaluate")
    }
    announced = progress.rung
    let width = 24
    let filled = progress.total == 0 ? width : progress.done * width / progress.total
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let best = progress.best.map { ", best \(NumberText.fixed($0 * 100, decimals: 1)) %" } ?? ""
    let failed = progress.failed > 0 ? ", \(progress.failed) failed" : ""
    Progress.show("\(rung) [\(bar)] \(progress.done) of \(progress.total)\(failed)\(best)")
  }
}

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
